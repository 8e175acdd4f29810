"""The outbox: who is told of an event, and how the rows leave. Filled in by event tables in this package."""
