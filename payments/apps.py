"""Money and post of a submission."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

SAMPLES = "payments.management.demo.samples"


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Thanh toán và bưu chính")

    def ready(self) -> None:
        """Follows every verb of the workflow: charges and parcels change in its transaction.

        Old messages go when the portal cleans up; the demo shows money and parcels. A new database learns what
        carriers' codes mean.
        """
        from payments import billing, following, old_messages  # noqa: PLC0415 - models are loaded by now
        from payments.carriers import statuses  # noqa: PLC0415
        from procedures import editing  # noqa: PLC0415
        from submissions import purgers, workflow  # noqa: PLC0415
        from submissions.management import demo  # noqa: PLC0415

        if following.follow not in workflow.FOLLOWERS:
            workflow.FOLLOWERS.append(following.follow)
        if billing.pay_at_once not in editing.ON_PAY_WHEN:
            editing.ON_PAY_WHEN.append(billing.pay_at_once)
        purger = purgers.Purger(_("thông điệp thanh toán và bưu chính cũ"), old_messages.forget)
        if purger not in purgers.PURGERS:
            purgers.PURGERS.append(purger)
        if SAMPLES not in demo.MORE:
            demo.MORE.append(SAMPLES)
        post_migrate.connect(statuses.enter, sender=self, dispatch_uid="carrier-statuses")
