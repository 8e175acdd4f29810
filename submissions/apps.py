"""What was asked and how it goes: drafts, submissions, papers, notices."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "submissions"
    verbose_name = _("Hồ sơ")

    def ready(self) -> None:
        """Registers the system check; and a draft that is thrown away takes the filings with it that tried it."""
        from procedures import editing  # noqa: PLC0415 - models are loaded by now
        from submissions import (  # noqa: PLC0415
            indexes,  # noqa: F401 - registers
            rehearsal,
        )

        if rehearsal.wipe not in editing.ON_DISCARD:
            editing.ON_DISCARD.append(rehearsal.wipe)
