"""The rows around submissions: log, requests, notices, files, papers, letters, messages, ratings, feedback."""

from __future__ import annotations

from submissions.models import (
    Attachment,
    DossierCounter,
    Event,
    Feedback,
    Letter,
    Message,
    Notice,
    Paper,
    Rating,
    SupplementRequest,
)
from tests.bench.million import sql

TABLES = (
    DossierCounter, SupplementRequest, Event, Notice, Attachment, Paper, Letter, Message, Rating, Feedback,
)  # fmt: skip
DIGEST = "md5(id::text) || md5(n::text)"
LONG_AGO = "(not is_open and coalesce(finished, filed) < now() - interval '90 days')"
YOUNG = "n > (select max(n) from cases) - "


def fill() -> None:
    _counters()
    _log()
    _notices()
    _files()
    _papers()
    _talk()


def _counters() -> None:
    sql.fill(
        DossierCounter,
        "(select identifier, received_on, count(*) as many from cases where received_on is not null group by 1, 2) c",
        identifier="identifier", day="received_on", last="many",
    )  # fmt: skip


def _log() -> None:
    """The whole log of the open ones and of every tenth of the others; every request for a supplement."""
    steps = """(values (1, 'submit', filed, '', 'SUBMITTED'), (2, 'receive', received, 'SUBMITTED', 'RECEIVED'),
        (3, 'start', received + interval '1 hour', 'RECEIVED', 'IN_PROGRESS'),
        (4, 'finish', finished, 'IN_PROGRESS', 'RESULT_READY')) as step(number, verb, at, before, after)"""
    sql.fill(
        Event,
        f"cases, lateral {steps} where step.at is not null and (is_open or n % 10 = 0) and (number < 3 or received"
        " is not null) and not (state in ('SUBMITTED', 'RECEIVED', 'REFUSED') and number > 2)",
        submission="id", number="number", verb="verb", at="at", from_state="before", to_state="after",
        actor_label="'Cán bộ'", hash=DIGEST, previous_hash=DIGEST,
    )  # fmt: skip
    sql.fill(
        SupplementRequest,
        "cases join holders using (agency), generate_series(1, rounds) as nth",
        submission="id", round="nth", stage="'examination'", from_state="'IN_PROGRESS'", requested_by="officers[1]",
        documents="""'[{"key": "declaration", "reason": "Ảnh bị mờ."}]'::jsonb""",
        requested_at="received + nth * interval '1 hour'", answer_by="received_on + 30",
        answered_at="case when state = 'AWAITING_SUPPLEMENT' and nth = rounds then null"
        " else received + nth * interval '1 hour' + interval '50 minutes' end",
    )  # fmt: skip


def _notices() -> None:
    """Every third case told somebody; a few wait, a few were given up."""
    sql.fill(
        Notice,
        f"(select *, {YOUNG} 600 as young from cases where n % 3 = 0) c",
        submission="id", kind="'receive'", once_key="'bench-' || id", recipient="'0912345678'", body="'Nội dung.'",
        audience="case when n % 5 = 0 then 'staff' else 'citizen' end",
        channel="case when n % 2 = 0 then 'sms' else 'email' end", created_at="filed", next_try_at="filed",
        attempts="1", sent_at="case when n % 4999 = 0 or young then null else filed + interval '1 minute' end",
        failed_at="case when n % 4999 = 0 then filed + interval '4 days' end",
    )  # fmt: skip


def _files() -> None:
    """A PDF in every fourth; two photos and the PDF made of them in every eighth; the result of every tenth.

    Photos of what was decided three months ago are deleted; some were replaced in a supplement.
    """
    common = {
        "submission": "id", "uploaded_at": "filed", "size": "150000 + n % 100000", "sha256": DIGEST, "pages": "1",
        "file": "'attachments/' || n",
    }  # fmt: skip
    pdf = {**common, "name": "'giấy tờ.pdf'", "content_type": "'application/pdf'", "key": "'declaration'"}
    photo = {**common, "name": "'ảnh.jpg'", "content_type": "'image/jpeg'", "key": "'proof'"}
    sql.fill(Attachment, "cases where n % 4 = 0", purpose="'document'", **pdf)
    sql.fill(
        Attachment, "cases, generate_series(0, 1) as nth where n % 8 = 0", purpose="'document'",
        **{**photo, "order": "nth", "purged_at": f"case when {LONG_AGO} then now() end",
           "file": f"case when {LONG_AGO} then '' else 'attachments/' || n end"},
    )  # fmt: skip
    sql.fill(
        Attachment, "cases where n % 8 = 0 and rounds > 0", purpose="'document'",
        **{**photo, "removed_at": "received + interval '2 hours'", "purged_at": f"case when {LONG_AGO} then now() end"},
    )  # fmt: skip
    sql.fill(
        Attachment, f"cases where n % 8 = 0 and not ({YOUNG} 40)", purpose="'combined'",
        **{**pdf, "key": "'proof'", "order": "0"},
    )  # fmt: skip
    checked = """'{"state": "none", "signatures": []}'::jsonb"""
    sql.fill(
        Attachment, "cases where n % 10 = 0 and finished is not null", purpose="'result'",
        **{**pdf, "key": "''", "uploaded_at": "finished", "signature": checked},
    )  # fmt: skip


def _papers() -> None:
    sql.fill(
        Paper,
        f"(select *, {YOUNG} 60 as young from cases where n % 3 = 0 and received is not null) c",
        submission="id", kind="'receipt'", paper_set="'2018'", content="'{}'::jsonb", sha256=DIGEST,
        issued_at="received", file="case when young then '' else 'papers/' || n end",
        drawn_at="case when young then null else received + interval '5 seconds' end",
    )  # fmt: skip
    sql.fill(
        Letter,
        "cases join holders using (agency) where n % 25 = 0 and finished is not null",
        submission="id", agency="agency", number="n", symbol="'GXN-UBND'", year="extract(year from ended_on)::int",
        content="""'{"name": "Giấy xác nhận"}'::jsonb""", sha256=DIGEST, issued_by="officers[1]", issued_at="finished",
    )  # fmt: skip


def _talk() -> None:
    sql.fill(
        Message, "cases where n % 50 = 0 or (is_open and way = 3)", submission="id",
        text="'Cho tôi hỏi hồ sơ đến đâu rồi?'", at="filed + interval '1 hour'",
        read_at="case when is_open and way = 3 then null else filed + interval '2 hours' end",
    )  # fmt: skip
    sql.fill(
        Rating, "cases where state = 'HANDED_OVER' and n % 10 = 3", submission="id",
        grade="case when way < 60 then 3 when way < 95 then 2 else 1 end", at="finished + interval '2 days'",
    )  # fmt: skip
    sql.fill(
        Feedback, "cases where n % 200 = 7", reference="'PA' || lpad(n::text, 8, '0')", form_key="'bench-' || n",
        secret="substr(md5(n::text), 1, 20)", agency="agency", name="'Nguyễn Văn A'", text="'Cần hướng dẫn rõ hơn.'",
        at="filed", decide_by="day + 5", ask_by="day + 5", due_on="day + 10",
        state="case when is_open then 'new' else 'answered' end",
        answered_at="case when is_open then null else filed + interval '3 days' end",
    )  # fmt: skip
