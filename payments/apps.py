"""Money and post of a submission."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Thanh toán và bưu chính")

    def ready(self) -> None:
        """Follows every verb of the workflow: charges and parcels change in its transaction."""
        from payments import following  # noqa: PLC0415 - models are loaded by now
        from submissions import workflow  # noqa: PLC0415

        if following.follow not in workflow.FOLLOWERS:
            workflow.FOLLOWERS.append(following.follow)
