"""Templates and submissions for the tests of letters."""

from __future__ import annotations

from typing import Any

from procedures.models import Procedure
from submissions.models import LetterTemplate, Submission
from submissions.states import State
from tests.factories import ProcedureFactory, SubmissionFactory

BODY = """Xác nhận ông/bà **{{chu_ho_so.ten}}**, {{nguoi_nop.dia_chi}}, đã đăng ký khai sinh cho:

- Họ tên: {{child_name}}, {{child_sex}}
- Ngày sinh: {{child_birth_date}}

# Anh, chị em

{{#siblings}}
- {{stt}}. {{sibling_name}}, sinh năm {{sibling_year}}
{{/siblings}}

Văn bản số {{so}}, {{ngay_ban_hanh}}."""


def template(procedure: Procedure | None = None, **changes: Any) -> LetterTemplate:
    given = {"name": "Giấy xác nhận", "title": "GIẤY XÁC NHẬN", "body": BODY, "symbol": "GXN-UBND", **changes}
    row: LetterTemplate = LetterTemplate.objects.create(procedure=procedure or ProcedureFactory(), **given)
    return row


def in_progress(made: LetterTemplate, **more: Any) -> Submission:
    s: Submission = SubmissionFactory(at=State.IN_PROGRESS, procedure=made.procedure, **more)
    return s
