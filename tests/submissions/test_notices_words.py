"""What the notices say: complete, polite, and nothing that is not the reader's business."""

from __future__ import annotations

import datetime
import re
import unicodedata

import pytest
from django.utils import timezone

from portal.lib import gsm
from submissions import notices
from submissions.models import Event, Notice, Submission, SupplementRequest
from submissions.notices import wording
from submissions.states import State
from tests.factories import AgencyFactory, SubmissionFactory

OF_EVENTS = {r.kind for found in notices.TABLE.values() for r in found if r.audience == "citizen"}
CITIZEN_KINDS = sorted({*OF_EVENTS, "message"})
# The others are about feedback or about many submissions, and tested with those.
KINDS = sorted(kind for kind in notices.LABELS if "feedback" not in kind and kind != "staff_digest")
STAFF_KINDS = [kind for kind in KINDS if kind.startswith("staff_")]
PERSONAL = ("Nguyễn Văn Bình", "042090001234", "0912345678", "binh@example.vn", "Tổ dân phố 3", "NGUYỄN THỊ ÁNH")


# The longest of what an event of money says.
MONEY = {
    "amount": 1_234_567_890,
    "lines": [{"name": "Lệ phí đăng ký khai sinh", "amount": 1_234_567_890}],
    "how": "thanh toán trực tuyến (VNPAY)",
    "way": "transfer",
    "attempt": "HL7KQM9Q-12",
    "transaction": "14422574",
}


def submission_with(**changes: object) -> tuple[Submission, Event]:
    """A filed submission with every date and text a notice may speak of, not saved."""
    submission = SubmissionFactory(at=State.AWAITING_SUPPLEMENT, agency=AgencyFactory(town=True))
    now = timezone.now()
    submission.dossier_code = f"{'000.00.00.H27.' * 3}"[:35] + "-261123-0001"
    submission.received_at = submission.handed_over_at = now
    submission.due_on = datetime.date(2026, 11, 26)  # thứ Năm: among the longest weekdays
    submission.owed, submission.money = 1_234_567_890, "due"
    submission.reason, submission.handed_over_how = "Không đúng nơi cư trú.", "counter"
    for name, value in changes.items():
        setattr(submission, name, value)
    event = submission.events.get(verb="request_supplement")
    event.data |= MONEY
    return submission, event


def said(kind: str, channel: str, **changes: object) -> tuple[str, str]:
    submission, event = submission_with(**changes)
    return wording.words(kind, channel, wording.context_for(submission, event))


# --- every template ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("kind", CITIZEN_KINDS)
@pytest.mark.parametrize("phone", ["0239.3800000; 0239 3800001", ""])
@pytest.mark.parametrize("delivery", ["counter", "post", "online"])
def test_every_sms_fits_one_part_with_the_longest_values(kind, phone, delivery, settings):
    settings.TOWN_NAME = "Thành phố Phan Rang - Tháp Chàm"
    submission, event = submission_with(delivery=delivery)
    submission.agency.phone = phone
    context = wording.context_for(submission, event)
    _subject, text = wording.words(kind, "sms", context)
    assert len(text) <= gsm.ONE_PART
    assert not text.endswith("..")
    assert set(text) <= gsm.ALPHABET
    assert text.startswith("DVC Phan Rang - Thap Cham: ")
    assert submission.reference in text


@pytest.mark.django_db
@pytest.mark.parametrize("kind", CITIZEN_KINDS)
def test_an_sms_holds_no_link_no_name_and_no_procedure(kind):
    _subject, text = said(kind, "sms")
    assert re.search(r"http|www|://|\.vn", text) is None
    assert "khai sinh" not in text.lower()
    assert [gsm.plain(p) for p in PERSONAL if gsm.plain(p) in text] == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_is_complete_and_tells_nothing_personal(kind):
    subject, body = said(kind, "email")
    text = f"{subject}\n{body}"
    assert 10 < len(subject) <= 120
    assert "Tiêu đề" not in text
    assert re.findall(r"\{[{%#]|None|&#|&amp;|\bđồng hồ\b", text) == []
    assert re.findall(r"[ \t]\n|\n\n\n|  \.|\( ?\)", body) == []
    assert [p for p in PERSONAL if p in text] == []
    assert unicodedata.normalize("NFC", text) == text
    assert "Đăng ký khai sinh" in body


@pytest.mark.django_db
@pytest.mark.parametrize("kind", CITIZEN_KINDS)
def test_a_citizens_mail_names_the_desk_and_links_the_own_page(kind):
    submission, event = submission_with()
    _subject, body = wording.words(kind, "email", wording.context_for(submission, event))
    assert f"http://testserver/ho-so/{submission.reference}/" in body
    assert f"liên hệ {submission.agency.name}, Số 1, đường Thử Nghiệm, điện thoại 0239 3800000." in body
    assert body.startswith("Chào bạn,\n\n")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STAFF_KINDS)
def test_a_staff_mail_links_the_record_only(kind):
    submission, event = submission_with()
    _subject, body = wording.words(kind, "email", wording.context_for(submission, event))
    links = re.findall(r"http\S+", body)
    assert links == [f"http://testserver/admin/submissions/submission/{submission.pk}/change/"]


# --- single messages -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_example_of_the_style_guide():
    submission, event = submission_with(reference="HL7K-2M9Q")
    submission.agency.phone = "0239.3835356"
    _subject, text = wording.words("stopped", "sms", wording.context_for(submission, event))
    assert text == (
        "DVC Hong Linh: Da dung giai quyet ho so HL7K-2M9Q. Xem ly do tai trang Tra cuu hoac goi 0239 3835356."
    )


@pytest.mark.django_db
def test_the_confirmation_explains_how_to_look_up_and_hides_the_secret_in_the_row():
    submission = SubmissionFactory(via="submit")
    mail = Notice.objects.get(kind="submitted", channel="email")
    sms = Notice.objects.get(kind="submitted", channel="sms")
    assert mail.subject == f"Đã gửi hồ sơ {submission.reference}"
    assert f"Mã tra cứu: {submission.reference}\nMã bí mật: {wording.SECRET_MARK}\n" in mail.body
    assert "http://testserver/tra-cuu/" in mail.body
    everything = "\n".join(f"{n.subject} {n.body} {n.once_key}" for n in Notice.objects.all())
    assert submission.tracking_secret not in everything
    assert sms.body == (
        f"DVC Hong Linh: Da nhan duoc ho so gui truc tuyen, ma tra cuu {submission.reference}. "
        "Se bao khi tiep nhan. Goi 0239 3800000."
    )


@pytest.mark.django_db
def test_receipt_names_code_and_due_date_with_its_weekday():
    submission = SubmissionFactory(at=State.RECEIVED)
    mail = Notice.objects.get(kind="received", channel="email")
    weekday = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu")[submission.due_on.weekday()]
    assert f"Mã hồ sơ: {submission.dossier_code}\n" in mail.body
    assert f"Hẹn trả kết quả: {weekday} {submission.due_on:%d/%m/%Y}\n" in mail.body


@pytest.mark.django_db
def test_a_supplement_request_lists_each_item_with_its_reason():
    submission = SubmissionFactory(at=State.AWAITING_SUPPLEMENT)
    request = SupplementRequest.objects.get()
    request.fields = [{"key": "child_name", "reason": "Ghi thiếu họ & “tên đệm”."}]
    request.message, request.answer_by = "Bạn chụp nơi đủ sáng.", datetime.date(2026, 12, 22)
    request.save()
    event = submission.events.get(verb="request_supplement")
    subject, body = wording.words("supplement_requested", "email", wording.context_for(submission, event))
    label = submission.revision.spec.form.field("child_name").label
    assert subject == f"Hồ sơ {submission.reference} cần bổ sung trước thứ Ba 22/12/2026"
    assert (
        "cần bổ sung 2 mục:\n\n"
        "1. Giấy chứng sinh\n   Lý do: Ảnh bị mờ.\n\n"
        f"2. {label}\n   Lý do: Ghi thiếu họ & “tên đệm”.\n\n"
        "Lời nhắn của cán bộ: Bạn chụp nơi đủ sáng.\n\n"
        "Hạn bổ sung: hết thứ Ba 22/12/2026.\n"
    ) in body


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["refused", "declined", "stopped", "extended"])
def test_bad_news_gives_its_reason(kind):
    submission, event = submission_with()
    event.note = "Thửa đất đang có tranh chấp."
    _subject, body = wording.words(kind, "email", wording.context_for(submission, event))
    assert "Lý do: Thửa đất đang có tranh chấp.\n" in body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("delivery", "sentence"),
    [
        ("counter", "Giờ làm việc: 07:30–11:30 và 13:30–17:00, thứ Hai đến thứ Sáu\n"),
        ("post", "trước khi phát. Bạn trả cước cho bưu tá khi nhận.\n"),
        ("online", "Bạn mở trang hồ sơ để xem và tải kết quả điện tử."),
    ],
)
def test_a_result_says_how_to_get_it(delivery, sentence):
    _subject, body = said("result_ready", "email", delivery=delivery)
    assert sentence in body


@pytest.mark.django_db
def test_a_reason_with_line_breaks_stays_in_the_body_and_never_reaches_the_subject():
    _subject, body = said("refused", "email", reason="Thiếu giấy tờ.\nBcc: ai@example.vn")
    assert "Lý do: Thiếu giấy tờ.\nBcc: ai@example.vn\n" in body
    subject, _body = wording.words("refused", "email", {"s": {"reference": "A\r\nBcc: x@example.vn"}})
    assert "\n" not in subject
    assert "\r" not in subject


# --- desk and town -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_telephone_comes_from_the_desk_else_the_agency_else_the_town():
    town = AgencyFactory(town=True, phone="0239.1111111")
    ward = AgencyFactory(parent=town, phone="")
    assert wording.desk_of(ward).phone == "0239 1111111"
    ward.phone = "0239.2222222"
    assert wording.desk_of(ward).phone == "0239 2222222"
    centre = AgencyFactory(centre=True, parent=town, phone="0239.3333333", hours="cả tuần")
    desk = wording.desk_of(town)
    assert (desk.name, desk.phone, desk.hours) == (centre.name, "0239 3333333", "cả tuần")


@pytest.mark.django_db
def test_a_province_is_nobody_to_call():
    ward = AgencyFactory(parent=AgencyFactory(kind="province", phone="0239.9999999"), phone="")
    assert wording.desk_of(ward).phone == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Thị xã Hồng Lĩnh", "Hồng Lĩnh"), ("Phường Bắc Hồng Lĩnh", "Bắc Hồng Lĩnh"), ("Hồng Lĩnh", "Hồng Lĩnh")],
)
def test_the_bare_name_of_the_town(name, expected, settings):
    settings.TOWN_NAME = name
    assert wording.town() == expected
