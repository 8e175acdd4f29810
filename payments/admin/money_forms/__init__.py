"""What each page of a submission's money asks for. The rules are in payments/billing; a form only asks."""

from payments import cashier
from payments.admin.money_forms.amounts import AmountsForm
from payments.admin.money_forms.base import PREVIEW, MoneyForm
from payments.admin.money_forms.cash import CashForm, RefundForm
from payments.admin.money_forms.waiving import ExemptForm, WaiveForm

__all__ = ["FORMS", "PREVIEW", "CashForm", "MoneyForm"]

FORMS: dict[str, type[MoneyForm]] = {
    cashier.AMOUNTS: AmountsForm,
    cashier.EXEMPT: ExemptForm,
    cashier.WAIVE: WaiveForm,
    cashier.CASH: CashForm,
    cashier.REFUND: RefundForm,
}
