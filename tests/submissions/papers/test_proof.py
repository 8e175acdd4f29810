"""Proof of content: what the receipt of filing lists is what the holder and the officer see; nothing arrives empty."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from submissions import shown
from submissions.models import Attachment, Submission
from submissions.states import State
from tests import factories
from tests.submissions.citizen import Citizen, mends, picture, text
from tests.submissions.papers import cases

pytestmark = pytest.mark.django_db


def page_of(s: Submission) -> str:
    client = Client()
    client.force_login(factories.clerk(s.agency).user)
    return html.unescape(client.get(f"/admin/submissions/submission/{s.pk}/change/").content.decode())


def test_the_receipt_lists_every_answer_as_it_is_shown() -> None:
    s = Citizen().file()
    said = cases.paper(s, "filing-receipt").content["sections"]
    expected = [
        {
            "title": section.title,
            "rows": [
                {
                    "label": row.label,
                    "text": row.text,
                    "headers": list(row.table.headers) if row.table else [],
                    "lines": [list(line) for line in row.table.rows] if row.table else [],
                }
                for row in section.rows
            ],
        }
        for section in shown.filed(s, list(s.attachments.all()))
    ]
    assert said == expected
    assert len(said) == 4


def test_receipt_own_page_and_record_name_the_same_files_with_the_same_hash() -> None:
    citizen = Citizen()
    citizen.fill()
    citizen.post("giay-to", {"document-birth_proof": picture("mặt sau.png", seed=7)}, "save")
    citizen.send()
    s = citizen.now()
    rows = [
        (paper["paper"], f["name"], f["size"], f["pages"], f["sha256"])
        for paper in cases.paper(s, "filing-receipt").content["files"]
        for f in paper["files"]
    ]
    kept = s.attachments.filter(purpose=Attachment.Purpose.DOCUMENT).order_by("order")
    assert rows == [("Giấy chứng sinh", a.name, a.size, a.pages, a.sha256[:12]) for a in kept]
    assert len(rows) == 2
    own = html.unescape(citizen.client.get(f"/ho-so/{s.reference}/").content.decode())
    for place in (own, page_of(s)):
        assert [(name, short) for _p, name, _s, _n, short in rows if name in place and short in place] == [
            (name, short) for _p, name, _s, _n, short in rows
        ]


def test_papers_handed_in_are_listed_with_their_counts() -> None:
    s = cases.submission(papers_in=[{"key": "birth_proof", "originals": 1, "copies": 2}], channel="counter")
    (paper,) = cases.paper(s, "filing-receipt").content["files"]
    assert paper["on_paper"] == "1 bản chính, 2 bản chụp"
    assert paper["on_paper"] in page_of(s)
    assert "1 bản chính, 2 bản chụp" in cases.text_of(cases.drawn(cases.paper(s, "filing-receipt")))


def test_sending_costs_the_person_no_wait_for_a_pdf() -> None:
    s = Citizen().file()
    assert not cases.paper(s, "filing-receipt").file


# --- nothing arrives empty -----------------------------------------------------------------------


def _stored(citizen: Citizen) -> tuple[Attachment, Path]:
    kept = citizen.draft.attachments.get()
    return kept, Path(default_storage.path(kept.file.name))


@pytest.mark.parametrize("harm", ["lost", "empty", "half"])
def test_a_file_that_is_not_wholly_there_is_not_sent(harm: str) -> None:
    citizen = Citizen()
    citizen.fill()
    kept, path = _stored(citizen)
    if harm == "lost":
        path.unlink()
    else:
        path.write_bytes(b"" if harm == "empty" else path.read_bytes()[:-1])
    answer = citizen.send()
    assert citizen.now().state == State.DRAFT
    ((address, sentence),) = mends(answer)
    assert html.unescape(sentence) == (
        f"Cổng không đọc được tệp “{kept.name}” của “Giấy chứng sinh”. "
        "Bạn hãy bỏ tệp này và chọn lại ở bước “Giấy tờ kèm theo”."
    )
    assert re.fullmatch(r".*/giay-to/\?xem-lai=1#id_document-birth_proof", address)
    citizen.post("giay-to", {"remove": str(kept.pk), "document-birth_proof": picture(seed=9)}, "save")
    kept.delete()
    citizen.send()
    assert citizen.now().state == State.SUBMITTED


def test_a_row_that_says_nothing_is_there_is_not_sent() -> None:
    citizen = Citizen()
    citizen.fill()
    citizen.draft.attachments.update(size=0)
    citizen.send()
    assert citizen.now().state == State.DRAFT


def test_while_the_storage_is_down_nothing_is_sent_and_nothing_is_lost(settings: Any, tmp_path: Path) -> None:
    citizen = Citizen()
    citizen.fill()
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    working = settings.STORAGES
    options = {**working["default"]["OPTIONS"], "location": blocked}
    settings.STORAGES = {**working, "default": {**working["default"], "OPTIONS": options}}
    answer = citizen.send()
    assert "Cổng chưa mở được tệp này. Bạn hãy thử lại sau ít phút." in text(answer)
    settings.STORAGES = working
    citizen.send()
    assert citizen.now().state == State.SUBMITTED
