"""Labels of parcels: what stands on them, who pays, and that everything fits on its sheet."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from payments import delivery, labels
from payments.labels import Label
from payments.models import Delivery
from submissions.notices.wording import desk_of
from submissions.states import State
from tests.factories import AgencyFactory
from tests.payments.parcels import by_post, officer, ready

pytestmark = pytest.mark.django_db
LONG_NAME = ("Công Tằng Tôn Nữ Thị Ngọc " * 6)[:120].upper()
LONG_ADDRESS = ("Số nhà 127B ngách 15/32 ngõ 118 đường Nguyễn Trọng Nhượng, khối phố Thuận Hồng, " * 5)[:300]
DESK = {
    "name": "Ủy ban nhân dân phường Bắc Hồng",
    "one_stop_name": "Bộ phận Tiếp nhận và Trả kết quả của Ủy ban nhân dân phường Bắc Hồng",
    "address": "Số 27, đường Trần Phú, phường Bắc Hồng, thị xã Hồng Lĩnh, tỉnh Hà Tĩnh",
    "phone": "0239 3835356",
}


def made(parcel: Delivery) -> Label:
    return labels.label(parcel, desk_of(parcel.agency))


def announced() -> Delivery:
    submission = by_post(State.SUBMITTED, agency=AgencyFactory(**DESK))
    return delivery.announce_originals(submission, by=officer(submission))


def test_a_result_goes_from_the_desk_to_the_person() -> None:
    found = made(ready(agency=AgencyFactory(**DESK)))
    assert found.sender == labels.Party(DESK["one_stop_name"], DESK["phone"], DESK["address"])
    assert found.receiver.name == "Trần Thị Hoa"
    assert found.title == "Kết quả dịch vụ công"


def test_originals_go_from_the_person_to_the_desk() -> None:
    parcel = announced()
    found, filed = made(parcel), parcel.submission
    assert found.receiver == labels.Party(DESK["one_stop_name"], DESK["phone"], DESK["address"])
    assert found.sender == labels.Party(filed.applicant_name, filed.applicant_phone, filed.applicant_address)
    assert found.postage == "Người gửi trả cước tại bưu cục."
    assert found.title == "Bản chính của hồ sơ dịch vụ công"


@pytest.mark.parametrize(
    ("payer", "collect", "words"),
    [
        ("recipient", None, "THU CƯỚC CỦA NGƯỜI NHẬN KHI PHÁT"),
        ("recipient", 26_000, "THU CỦA NGƯỜI NHẬN KHI PHÁT: 26.000 đồng"),
        ("recipient", 0, "Cước đã trả. Không thu tiền của người nhận."),
        ("charge", None, "Cước đã trả. Không thu tiền của người nhận."),
        ("town", None, "Cước đã trả. Không thu tiền của người nhận."),
    ],
)
def test_who_pays_the_postman(payer: str, collect: int | None, words: str, settings: Any) -> None:
    settings.POSTAGE_PAYER = payer
    parcel = ready()
    parcel.collect = collect
    assert labels.postage(parcel) == words


def test_a_code_is_read_out_in_groups() -> None:
    assert labels.spoken("HL7KQM9QAC") == "HL 7KQM 9QAC"


def test_an_envelope_says_nothing_of_the_matter() -> None:
    """Neighbours see it: no procedure, no citizen number, no secret."""
    parcel = ready()
    filed, found = parcel.submission, str(made(parcel))
    for secret in (filed.procedure.short_name, filed.applicant_id_number, filed.tracking_secret, filed.reference):
        assert secret not in found


@pytest.mark.parametrize(("carrier", "is_test"), [("manual", False), ("ems", True)])
def test_make_believe_is_marked(carrier: str, is_test: bool, settings: Any) -> None:
    settings.EMS_IS_TEST = True
    parcel = ready()
    parcel.carrier = carrier
    assert made(parcel).is_test is is_test


@pytest.mark.parametrize(("number", "is_drawn"), [("", False), ("EA000000014VN", True), ("Ă1", False)])
def test_the_number_of_the_post_is_drawn_when_it_can_be(number: str, is_drawn: bool) -> None:
    parcel = ready()
    parcel.tracking_number = number
    found = made(parcel)
    assert found.tracking_number == number
    assert bool(found.tracking_barcode) is is_drawn


def worst(agency: Any) -> Delivery:
    parcel = ready(agency=agency)
    parcel.name, parcel.address, parcel.tracking_number = LONG_NAME, LONG_ADDRESS, "EA000000014VN"
    parcel.carrier, parcel.collect = "ems", 1_260_000
    return parcel


@pytest.mark.parametrize(("size", "sheets", "millimetres"), [("A6", 2, (105, 148)), ("A4-8", 1, (210, 297))])
def test_the_longest_names_and_addresses_fit(
    size: str, sheets: int, millimetres: tuple[int, int], settings: Any, tmp_path: Path
) -> None:
    settings.EMS_IS_TEST = True
    parcel = worst(AgencyFactory(**DESK))
    parcels = [parcel] * (2 if size == "A6" else 8)
    content = labels.sheet(parcels, size)
    with pikepdf.open(io.BytesIO(content)) as found:
        assert len(found.pages) == sheets
        box = found.pages[0].mediabox
        assert tuple(round(float(side) * 25.4 / 72) for side in (box[2], box[3])) == millimetres
    file = tmp_path / "labels.pdf"
    file.write_bytes(content)
    said = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True, text=True)
    words = " ".join(said.stdout.split())
    assert words.count("THỬ NGHIỆM") == len(parcels)
    assert words.count(labels.spoken(parcel.code)) == len(parcels)
    assert words.count("ĐT 0912345679") == len(parcels)


@pytest.mark.parametrize("count", [0, labels.MOST + 1])
def test_none_or_too_many_are_no_sheet(count: int) -> None:
    parcel = ready()
    with pytest.raises(ValueError, match=f"{count} labels"):
        labels.sheet([parcel] * count)
