"""What can go wrong with a submission; each error carries a sentence that may be shown to the person."""

from django.utils.translation import gettext_lazy as _


class SubmissionError(Exception):
    """The base: `str(error)` is a Vietnamese sentence."""

    sentence = _("Không thực hiện được việc này với hồ sơ.")

    def __init__(self, sentence: object = "") -> None:
        super().__init__(str(sentence or self.sentence))


class NotPossible(SubmissionError):
    """The state of the submission does not allow the verb."""

    sentence = _("Hồ sơ đang ở bước khác nên không làm được việc này.")


class NotAllowed(SubmissionError):
    """This person may not do it."""

    sentence = _("Bạn không có quyền làm việc này với hồ sơ.")


class ChangedMeanwhile(SubmissionError):
    """Somebody else acted on the submission since the page was opened."""

    sentence = _("Hồ sơ vừa được người khác cập nhật. Bạn hãy xem lại trước khi làm tiếp.")


class Incomplete(SubmissionError):
    """Something that the verb needs is missing."""

    sentence = _("Còn thiếu thông tin bắt buộc.")


class FileRefused(SubmissionError):
    """An upload was not accepted; the sentence names the file and says what to do."""


class FileNotStored(FileRefused):
    """The storage did not take an upload: a full disk, a bucket that is down. The person did nothing wrong."""


class FileNotOpened(SubmissionError):
    """The storage does not give a file that it should have."""

    sentence = _("Cổng chưa mở được tệp này. Bạn hãy thử lại sau ít phút.")


class LetterNotMade(SubmissionError):
    """A result letter could not be drawn now; its number was given back."""

    sentence = _("Cổng chưa lập được văn bản từ mẫu; số văn bản chưa bị dùng. Bạn hãy thử lại sau ít phút.")


class FilePurged(SubmissionError):
    """The photo was deleted after the decision; the combined PDF and the row with its hash stay."""

    sentence = _("Ảnh gốc đã được thay bằng bản ghép.")
