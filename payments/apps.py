"""Money and post of a submission."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Thanh toán và bưu chính")

    def ready(self) -> None:
        """Follows every verb of the workflow: charges and parcels change in its transaction.

        A new database learns what carriers' codes mean.
        """
        from payments import billing, following  # noqa: PLC0415 - models are loaded by now
        from payments.carriers import statuses  # noqa: PLC0415
        from procedures import editing  # noqa: PLC0415
        from submissions import workflow  # noqa: PLC0415

        if following.follow not in workflow.FOLLOWERS:
            workflow.FOLLOWERS.append(following.follow)
        if billing.pay_at_once not in editing.ON_PAY_WHEN:
            editing.ON_PAY_WHEN.append(billing.pay_at_once)
        post_migrate.connect(statuses.enter, sender=self, dispatch_uid="carrier-statuses")
