"""What can be wrong with a pack; the text is a Vietnamese sentence for the operator."""

from django.utils.translation import gettext_lazy as _

from submissions.errors import SubmissionError


class PackRefused(SubmissionError):
    """The file is no pack of this portal, is damaged, or does not fit here. Nothing was written."""

    sentence = _("Tệp này không phải gói hồ sơ của cổng. Bạn hãy xuất lại gói từ cổng cũ.")


class AlreadyHere(PackRefused):
    """The very submission of the pack is here already: nothing was written, and nothing needs to be."""

    sentence = _("Hồ sơ này đã có ở đây; không ghi gì thêm.")
