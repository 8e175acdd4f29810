"""Demo staff and sample submissions for trying the portal out; used by the seed_demo command only."""

# Modules of the apps above that have samples of their own, by name: see samples.Part.
MORE: list[str] = []
