"""Why an edit was refused; each says it in a sentence for the editor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from procedures.editing.checking import Problem
    from procedures.models import ProcedureRevision


class EditError(Exception):
    """The words are for the editor."""


class EditConflict(EditError):
    """Somebody else saved, published or threw the draft away after the page was drawn; nothing was overwritten."""

    def __init__(self, words: str, draft: ProcedureRevision | None = None) -> None:
        super().__init__(words)
        self.draft = draft


def saved_meanwhile(draft: ProcedureRevision) -> EditConflict:
    """Names who saved the draft and when (local time)."""
    who = str(draft.edited_by) if draft.edited_by else _("Một người khác")
    when = timezone.localtime(draft.edited_at) if draft.edited_at else None
    said = _("%(who)s đã lưu bản soạn này lúc %(when)s, sau khi bạn mở trang.") % {
        "who": who,
        "when": f"{when:%H:%M %d/%m/%Y}" if when else "–",
    }
    return EditConflict(f"{said} " + _("Chưa ghi đè gì. Hãy mở lại trang để xem bản mới rồi sửa tiếp."), draft)


def gone_meanwhile() -> EditConflict:
    return EditConflict(_("Bản soạn này đã được công bố hoặc bỏ đi. Hãy mở lại trang của thủ tục."))


class NotPublishable(EditError):
    """`problems` block the publication; each knows its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        first = self.problems[0]
        super().__init__(
            _("Chưa công bố được: còn %(count)d chỗ cần sửa. Chỗ đầu tiên: %(place)s – %(message)s")
            % {"count": len(self.problems), "place": first.place, "message": first.message}
        )


class YamlProblem(EditError):
    """Text that cannot be read as a document; one sentence a mistake, with its line."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = list(sentences)
        super().__init__(" ".join(self.sentences))
