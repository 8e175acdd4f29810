"""What can go wrong with money; each error carries a sentence that may be shown to the person."""

from django.utils.translation import gettext_lazy as _

from submissions.errors import SubmissionError


class PaymentError(SubmissionError):
    """The money of the submission does not allow it. A verb of the workflow that meets it is refused."""

    sentence = _("Không thực hiện được việc này với khoản phải nộp. Bạn hãy xem lại số tiền trên trang hồ sơ.")
