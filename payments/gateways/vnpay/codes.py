"""VNPAY 2.1.0: the codes and what each means, as tables."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.gateways.base import Back, Result

OK, CANCELLED = "00", "24"
FAILED_STATUS = "02"
# vnp_ResponseCode of a return or notice, for the payer: what happened and what to do.
WHY: dict[str, str | Promise] = {
    "07": gettext_lazy("Ngân hàng đã trừ tiền nhưng đang kiểm tra giao dịch. Bạn đừng nộp lại, hãy chờ kết quả."),
    "09": gettext_lazy("Thẻ hoặc tài khoản chưa đăng ký thanh toán trực tuyến. Bạn đăng ký với ngân hàng."),
    "10": gettext_lazy("Thông tin thẻ hoặc tài khoản sai quá 3 lần. Bạn kiểm tra lại rồi nộp lại."),
    "11": gettext_lazy("Đã hết thời gian chờ thanh toán. Bạn bấm nộp lại."),
    "12": gettext_lazy("Thẻ hoặc tài khoản đang bị khóa. Bạn liên hệ ngân hàng hoặc chọn cách nộp khác."),
    "13": gettext_lazy("Mã xác thực (OTP) không đúng. Bạn bấm nộp lại."),
    "24": gettext_lazy("Bạn đã hủy thanh toán. Chưa có khoản tiền nào bị trừ."),
    "51": gettext_lazy("Tài khoản không đủ số dư. Bạn nạp thêm tiền hoặc chọn cách nộp khác."),
    "65": gettext_lazy("Tài khoản đã vượt hạn mức giao dịch trong ngày. Bạn nộp vào hôm sau hoặc chọn cách nộp khác."),
    "75": gettext_lazy("Ngân hàng đang bảo trì. Bạn nộp lại sau hoặc chọn cách nộp khác."),
    "79": gettext_lazy("Mật khẩu thanh toán sai quá số lần cho phép. Bạn nộp lại sau hoặc chọn cách nộp khác."),
}
# vnp_ResponseCode of an answer to a question; None: as its TransactionStatus says. Any other code tells nothing.
QUERY: dict[str, Result | None] = {OK: None, "91": Result.UNKNOWN, "94": Result.WAITING}
HELD = ("04", "07")
NOTHING_CAME = (FAILED_STATUS, "91")
NOT_ANSWERED = {
    "02": gettext_lazy("mã đơn vị (VNPAY_TMN_CODE) không đúng"),
    "03": gettext_lazy("yêu cầu sai định dạng"),
    "91": gettext_lazy("không tìm thấy giao dịch"),
    "94": gettext_lazy("yêu cầu bị trùng"),
    "95": gettext_lazy("giao dịch gốc không thành công"),
    "97": gettext_lazy("chữ ký của cổng không đúng (VNPAY_HASH_SECRET)"),
    "99": gettext_lazy("lỗi khác"),
}
# vnp_ResponseCode of an answer to a refund. Any other code: asked again later, with the same number.
REFUND: dict[str, Back] = {"94": Back.SENT, "91": Back.REFUSED, "95": Back.REFUSED}
# vnp_TransactionStatus of a refund. Sent to the bank is the last that VNPAY itself does.
REFUND_STATUS: dict[str, Back] = {"05": Back.SENT, "06": Back.DONE, "09": Back.REFUSED, OK: Back.DONE}
REFUND_TYPES = ("02", "03")


def result_of(response: str, status: str) -> Result:
    """Paid only when both say so, failed only when the status says so or there is none; anything else is asked about
    until it is known: money may have been taken (07 suspected, 04 reversed)."""
    if (response, status) == (OK, OK):
        return Result.PAID
    if status == FAILED_STATUS or (not status and response in WHY and response != "07"):
        return Result.CANCELLED if response == CANCELLED else Result.FAILED
    return Result.WAITING


def why_not_answered(code: str) -> str:
    words = {"code": code[:20] or "–", "why": NOT_ANSWERED.get(code, _("mã lạ"))}
    return _("VNPAY không trả lời được: %(why)s (mã %(code)s).") % words


def refund_result(code: str, status: str) -> tuple[Back, str]:
    """By the answer to a refund: what becomes of it, and a sentence when it is neither done nor taken on."""
    if code == OK:
        return refund_state(REFUND_TYPES[0], status)
    result = REFUND.get(code, Back.LATER)
    words = {"code": code[:20] or "–", "why": NOT_ANSWERED.get(code, _("mã lạ"))}
    return result, "" if result is Back.SENT else _("VNPAY chưa hoàn tiền: %(why)s (mã %(code)s).") % words


def refund_state(kind: str, status: str) -> tuple[Back, str]:
    """By TransactionType and TransactionStatus; a payment that stands as it was (type 01) tells nothing."""
    if kind not in REFUND_TYPES:
        return Back.LATER, _("VNPAY chưa cho biết kết quả của lần hoàn tiền này.")
    result = REFUND_STATUS.get(status, Back.SENT)
    return result, _("VNPAY từ chối hoàn tiền (mã 09).") if result is Back.REFUSED else ""
