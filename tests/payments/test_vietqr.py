"""The text of VietQR codes: vectors of the NAPAS specification and of two other encoders, and what is refused."""

from __future__ import annotations

import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib import vietqr
from portal.lib.vietqr import NotVietQR, Transfer

STATIC = "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F"
DYNAMIC = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN62340107NPS68690819"
    "thanh toan don hang63042E2E"
)
CARD = "00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045802VN63044F52"
OURS = (
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA53037045405500005802VN62140810HL260001236304"
    "9D55"
)
# The specification's own example gives the length of a thirteen-figure account as twelve; its check sum is right.
MISPRINT = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304F4E5"
VECTORS = {
    STATIC: Transfer("970403", "0011012345678"),
    DYNAMIC: Transfer("970403", "0011012345678", 180_000, "thanh toan don hang", "NPS6869"),
    CARD: Transfer("970403", "9704031101234567", service=vietqr.TO_CARD),
    OURS: Transfer("970436", "1234567890", 50_000, "HL26000123"),
}


def _written(wanted: Transfer) -> str:
    return vietqr.encode(
        wanted.bank_bin, wanted.account, wanted.amount, wanted.purpose, wanted.bill, service=wanted.service
    )


def _signed(fields: str) -> str:
    return f"{fields}6304" + vietqr.crc(f"{fields}6304")


@pytest.mark.parametrize("text", VECTORS, ids=["static", "dynamic", "card", "ours"])
def test_vectors_are_written_and_read(text: str) -> None:
    assert _written(VECTORS[text]) == text
    assert vietqr.parse(text) == VECTORS[text]


def test_the_check_value_of_the_check_sum() -> None:
    assert vietqr.crc("123456789") == "29B1" == f"{binascii.crc_hqx(b'123456789', 0xFFFF):04X}"


def test_the_misprint_is_refused_for_its_lengths() -> None:
    assert vietqr.crc(MISPRINT[:-4]) == MISPRINT[-4:]
    with pytest.raises(NotVietQR, match=r"field|account"):
        vietqr.parse(MISPRINT)


def test_other_writers_begin_with_00_and_name_no_amount() -> None:
    loose = "000200" + "010212" + STATIC[12:-8]
    assert vietqr.parse(_signed(loose)) == VECTORS[STATIC]


BODY = STATIC[:-8]
REFUSED = {
    "nothing": "",
    "no check sum": BODY,
    "wrong check sum": STATIC[:-4] + "0000",
    "check sum in small letters": STATIC[:-4] + "9e6f",
    "length past the end": _signed(BODY[:-6] + "5809VN"),
    "length not a number": _signed(BODY[:-6] + "58x2VN"),
    "no receiver": _signed("000201010211" + "5303704" + "5802VN"),
    "no currency": _signed(BODY.replace("5303704", "")),
    "no country": _signed(BODY.replace("5802VN", "")),
    "another currency": _signed(BODY.replace("5303704", "5303840")),
    "another country": _signed(BODY.replace("5802VN", "5802TH")),
    "a field behind the check sum": STATIC + "6202AB",
    "two check sums": _signed(STATIC),
    "a field twice": _signed(BODY + "5802VN"),
    "another scheme": _signed(BODY.replace("A000000727", "A000000677")),
    "amount with a fraction": _signed(BODY + "54071234.50"),
    "amount of nothing": _signed(BODY + "54010"),
    "figures of another script": _signed(BODY.replace("5802VN", "58\u0660\u0662VN")),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_such_code_is_refused(text: str) -> None:
    with pytest.raises(NotVietQR):
        vietqr.parse(text)


@pytest.mark.parametrize(
    "change",
    [
        {"bank_bin": "97043"},
        {"bank_bin": "97043a"},
        {"account": ""},
        {"account": "1" * 20},
        {"account": "0011 01"},
        {"amount": 0},
        {"amount": -1},
        {"amount": 10**13},
        {"purpose": "x" * 26},
        {"purpose": "Nộp lệ phí"},
        {"bill": "x" * 26},
        {"service": "QRIBFTTX"},
    ],
)
def test_nothing_is_written_that_no_bank_reads(change: dict[str, object]) -> None:
    right: dict[str, object] = {"bank_bin": "970436", "account": "1234567890"}
    with pytest.raises(NotVietQR):
        vietqr.encode(**{**right, **change})  # type: ignore[arg-type]


FIGURES, PLAIN = "0123456789", st.characters(min_codepoint=32, max_codepoint=126)
TRANSFERS = st.builds(
    Transfer,
    bank_bin=st.text(FIGURES, min_size=6, max_size=6),
    account=st.text(FIGURES + "ABCXYZabc", min_size=1, max_size=19),
    amount=st.none() | st.integers(1, 10**13 - 1),
    purpose=st.text(PLAIN, max_size=25),
    bill=st.text(PLAIN, max_size=25),
    service=st.sampled_from(vietqr.SERVICES),
)


@settings(max_examples=60)
@given(TRANSFERS)
def test_what_is_written_is_read_again(wanted: Transfer) -> None:
    text = _written(wanted)
    assert vietqr.parse(text) == wanted
    assert text.startswith("000201" + ("010211" if wanted.amount is None else "010212"))


@settings(max_examples=60)
@given(TRANSFERS, st.data())
def test_one_other_sign_is_noticed(wanted: Transfer, data: st.DataObject) -> None:
    text = _written(wanted)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(PLAIN.filter(lambda sign: sign != text[place]))
    with pytest.raises(NotVietQR):
        vietqr.parse(text[:place] + other + text[place + 1 :])


@settings(max_examples=60)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for one in (text, _signed(text)):
        try:
            vietqr.parse(one)
        except NotVietQR:
            continue
