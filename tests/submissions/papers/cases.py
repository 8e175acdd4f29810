"""A paper of every kind, issued by its verb, for a person with a long name who files for somebody else."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
import time_machine

from payments import billing
from portal.lib import pdf
from submissions import rules, workflow
from submissions.models import Paper, Submission
from submissions.papers import drawing
from submissions.states import State
from tests import factories

SETS = ("2018", "2025")
AT = datetime.datetime(2026, 2, 5, 1, 37, tzinfo=datetime.UTC)  # 08:37 in Việt Nam, a Thursday
LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Phước Hoàng Thị Thùy Dương Quỳnh Trang Bảo Châu Hương Giang Khánh Ngọc Ánh Tuyết"
LONG_ADDRESS = (
    "Số nhà 128 ngõ 45, đường Nguyễn Ái Quốc, khối phố Ngọc Sơn, tổ dân phố số 12 (gần trường mầm non Đức Thuận), "
    "phường Bắc Hồng Lĩnh, thị xã Hồng Lĩnh, tỉnh Hà Tĩnh – địa chỉ cũ: xóm 3, xã Đức Thuận, huyện Nghi Xuân"
)
OWNER = {
    "filed_for_other": True,
    "owner_name": "Nguyễn Thị Hoàng Oanh",
    "owner_relation": "con gái",
    "owner_id_number": "042311009876",
    "owner_address": LONG_ADDRESS,
    "authority": "Giấy ủy quyền số 12",
}
REASON = "Cần xác minh nơi cư trú; cơ quan được hỏi chưa trả lời."


def ward(**changes: Any) -> Any:
    facts = {
        "name": "Ủy ban nhân dân phường Bắc Hồng",
        "short_name": "UBND phường Bắc Hồng",
        "one_stop_name": "Bộ phận tiếp nhận và trả kết quả phường Bắc Hồng",
        "identifier": "H27.32.01",
        "identifier_is_sample": True,
    }
    return factories.AgencyFactory(**{**facts, **changes})


def procedure(**changes: Any) -> Any:
    limit = {"value": 3, "unit": "working_day", "variants": []}
    return factories.ProcedureFactory(content=factories.document(time_limit=limit, **changes))


def submission(at: str = State.SUBMITTED, *, name: str = LONG_NAME, **changes: Any) -> Submission:
    person = {"applicant_name": name, "applicant_address": LONG_ADDRESS}
    before = dict(factories.APPLICANT)
    factories.APPLICANT.update(person)
    try:
        facts = {"agency": changes.pop("agency", None) or ward(), "procedure": procedure(), **OWNER, **person}
        facts["fees"] = [factories.fee()]
        made: Submission = factories.SubmissionFactory(at=at, **{**facts, **changes})
        return made
    finally:
        factories.APPLICANT.update(before)


def officer(s: Submission) -> rules.Actor:
    return rules.officer_actor(factories.clerk(s.agency))


def paper(s: Submission, kind: str) -> Paper:
    found = s.papers.filter(kind=kind).order_by("-number").first()
    assert found is not None
    return found


def _extended() -> Submission:
    s = submission(State.IN_PROGRESS)
    workflow.extend(s.pk, by=officer(s), reason=REASON, new_due_on=datetime.date(2026, 2, 12))
    return Submission.objects.get(pk=s.pk)


def _supplement() -> Submission:
    s = submission()
    documents = [{"key": "birth_proof", "reason": "Ảnh bị mờ."}]
    fields = [{"key": "child_name", "reason": "Khác giấy chứng sinh."}]
    workflow.request_supplement(s.pk, by=officer(s), documents=documents, fields=fields, message="Chụp lại ban ngày.")
    return Submission.objects.get(pk=s.pk)


def _paid() -> Submission:
    """Short, so that every line of the paper is there."""
    fees = [factories.fee(1_250_000, amount_checked=False), factories.fee(8000)]
    s = submission(State.RECEIVED, fees=fees, name=LONG_NAME)
    charge = billing.of(s)
    assert charge is not None
    by, line = officer(s), charge.lines.get(order=1)
    billing.exempt(charge.pk, line.pk, by=by, reason="Hộ nghèo", paper="Sổ hộ nghèo số 12")
    attempt = billing.start(charge.pk, "vnpay", by=by, is_test=True)
    billing.settle(attempt.pk, billing.Outcome(paid=True, amount=1_000_000, provider_number="14422574"))
    return Submission.objects.get(pk=s.pk)


MADE = {
    "filing-receipt": lambda: submission(),
    "receipt": lambda: submission(State.RECEIVED),
    "receipt-copy": lambda: submission(State.RECEIVED),
    "supplement": _supplement,
    "refusal": lambda: submission(State.REFUSED),
    "declined": lambda: submission(State.DECLINED),
    "extension": _extended,
    "stop": lambda: submission(State.STOPPED),
    "control-slip": lambda: submission(State.RECEIVED),
    "payment": _paid,
}
KINDS = tuple(MADE)


@contextmanager
def thursday() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def issued(case: str) -> Paper:
    """The paper of a case, on that Thursday."""
    with thursday():
        return paper(MADE[case](), "refusal" if case == "declined" else case)


def drawn(one: Paper, press: Any = None) -> bytes:
    drawing.draw(one, press or pdf.warm().draw)
    with one.file.open("rb") as file:
        content: bytes = file.read()
    return content


def text_of(content: bytes) -> str:
    """The words of all pages in one line."""
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    try:
        return " ".join(" ".join(_page_text(document, n).split()) for n in range(len(document)))
    finally:
        document.close()


def _page_text(document: Any, number: int) -> str:
    page = document[number]
    words = page.get_textpage()
    found: str = words.get_text_range()
    words.close()
    page.close()
    return found


def letters_outside(content: bytes) -> list[tuple[int, tuple[float, ...]]]:
    """Letters that lie outside the page, with their page."""
    document, found = pypdfium2.PdfDocument(io.BytesIO(content)), []
    for number in range(len(document)):
        page = document[number]
        words, (width, height) = page.get_textpage(), page.get_size()
        for letter in range(words.count_chars()):
            left, bottom, right, top = words.get_charbox(letter)
            if left < 0 or bottom < 0 or right > width or top > height:
                found.append((number, (left, bottom, right, top)))
        words.close()
        page.close()
    document.close()
    return found
