"""Fixtures of the tests of money and post."""

from tests.sandboxes import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]
