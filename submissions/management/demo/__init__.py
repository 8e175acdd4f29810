"""Demo staff and sample submissions for trying the portal out; used by the seed_demo command only."""
