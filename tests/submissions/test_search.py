"""What the search box finds: parts of codes and numbers however they are typed, names by their words."""

from __future__ import annotations

import pytest

from portal.lib import text
from submissions import worklist
from submissions.models import Submission
from submissions.states import State
from tests.factories import SubmissionFactory


@pytest.mark.parametrize(
    ("typed", "squeezed"),
    [
        ("H27.32-240102-0001", "h27322401020001"),
        ("HL7K-QM9Q", "hl7kqm9q"),
        ("+84 912.345.678", "0912345678"),
        ("84912345678", "84912345678"),
        ("0912 345 678", "0912345678"),
        ("12/GXN-UBND", "12gxnubnd"),
        ("-./+ ", ""),
        ("Đỗ", "do"),
    ],
)
def test_squeezed(typed: str, squeezed: str) -> None:
    assert text.squeeze(typed) == squeezed


def test_what_is_kept_begins_every_word_with_a_blank() -> None:
    kept = text.searchable(["Đặng  Đỗ", "", None], ["H27-24", None, "+84912345678", "--"])
    assert kept == " dang do h2724 0912345678"
    assert text.searchable([], []) == ""


@pytest.mark.django_db
def test_every_way_to_ask() -> None:
    known = SubmissionFactory(at=State.RECEIVED, applicant_name="Lê Thị Ân", applicant_id_number="042190001111",
                              applicant_phone="0912000111")  # fmt: skip
    rows = {"ân": known}
    for name, person in (("lan", "Ngô Lan"), ("dash", "Trần Nguyễn-Văn"), ("ethnic", "H'Hen Niê"), ("an", "Hồ An Lê")):
        rows[name] = SubmissionFactory(
            at=State.RECEIVED, agency=known.agency, procedure=known.procedure, applicant_name=person,
            applicant_id_number=f"0421900022{len(rows):02d}", applicant_phone=f"09870002{len(rows):02d}",
        )  # fmt: skip
    # Codes that differ in their beginnings alone.
    Submission.objects.filter(pk=rows["lan"].pk).update(dossier_code="H27.32-240102-0001")
    Submission.objects.filter(pk=rows["dash"].pk).update(dossier_code="H27.33-240102-0001")
    for row in Submission.objects.all():
        row.search_text = row.make_search_text()
        row.save(update_fields=["search_text"])

    expected = {
        "an": {"ân", "an"}, "AN LÊ": {"ân", "an"}, "la": {"lan"}, "a": {"ân", "an"}, "n": {"lan", "dash", "ethnic"},
        "nguyen-van": {"dash"}, "nguyen": {"dash"}, "van": {"dash"}, "h'hen": {"ethnic"}, "hen": {"ethnic"},
        "H27.32-240102-0001": {"lan"}, "h27.33 - 240102 - 0001": {"dash"}, "240102-0001": {"lan", "dash"},
        "2401020001": {"lan", "dash"}, "H27.32": {"lan"}, "H27": {"lan", "dash"}, "0912 000 111": {"ân"},
        "+84912000111": {"ân"}, "042190001111": {"ân"}, "90001111 an": {"ân"}, "0001111111": set(),
        "--": set(rows), "100%": set(), "a_": set(), "%": set(), "lan ngô": {"lan"}, "lan h27.33": set(),
    }  # fmt: skip
    by_key = {row.pk: name for name, row in rows.items()}
    everything = Submission.objects.filed()
    found = {term: {by_key[s.pk] for s in worklist.search(everything, term)} for term in expected}
    assert found == expected
