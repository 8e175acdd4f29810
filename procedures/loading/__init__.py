"""From a catalogue folder to the tables and back: read, check, store, dump."""
