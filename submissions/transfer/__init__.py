"""A submission as one zip that another install of the portal can read back (docs/decisions/015-export-pack.md)."""

from submissions.transfer.arriving import Arrival, Plan, bring_in, plan
from submissions.transfer.chain import origin_is_intact
from submissions.transfer.errors import AlreadyHere, PackRefused
from submissions.transfer.packing import export, file_name
from submissions.transfer.reading import Pack, opened

__all__ = [
    "AlreadyHere",
    "Arrival",
    "Pack",
    "PackRefused",
    "Plan",
    "bring_in",
    "export",
    "file_name",
    "opened",
    "origin_is_intact",
    "plan",
]
