"""SMS: to the console and a folder for trials, or over the HTTP interface of eSMS."""

import hashlib
import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings

from portal.lib import calls, gsm
from submissions.channels.base import ChannelError, Message, Unreachable

logger = logging.getLogger(__name__)

SENT = {"100", "124"}  # accepted; a RequestId that was accepted before
# The number or the text is at fault: another try would end the same way.
FINAL = {
    "99": "số thuê bao chặn tin nhắn",
    "108": "số điện thoại không đúng",
    "118": "loại tin nhắn không được hỗ trợ",
    "146": "nội dung không khớp mẫu đã đăng ký",
    "177": "mạng của thuê bao chưa đăng ký tên thương hiệu",
}
# The account is at fault: nothing gets through until the operator has mended it, then everything may.
ACCOUNT = {
    "101": "khóa API không đúng",
    "103": "tài khoản hết tiền",
    "104": "tên thương hiệu chưa đăng ký",
    "140": "địa chỉ máy chủ chưa được cho phép",
}


def masked(number: str) -> str:
    """A number as it may stand in a log: 091•••••78."""
    return f"{number[:3]}{'•' * (len(number) - 5)}{number[-2:]}" if len(number) > 5 else "•" * len(number)


def request_id(once_key: str) -> str:
    return hashlib.sha256(once_key.encode()).hexdigest()[:32]


def send(message: Message) -> None:
    """Sends with the backend of settings.SMS_BACKEND. Raises ChannelError."""
    if gsm.mobile(message.recipient) is None:
        raise ChannelError("Không phải số di động Việt Nam.", permanent=True)
    BACKENDS[settings.SMS_BACKEND](message)


def _to_console(message: Message) -> None:
    """A log line without the number, and one file a message; a message sent twice is still one file."""
    folder = settings.VAR / "sms"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{request_id(message.once_key)}.txt").write_text(f"{message.recipient}\n{message.body}\n")
    except OSError as error:
        raise Unreachable(f"không ghi được thư mục tin nhắn ({type(error).__name__})") from error
    logger.info("SMS to %s: %s", masked(message.recipient), message.body)


def _switched_off(_message: Message) -> None:
    raise ChannelError("Cổng không gửi tin nhắn (SMS_BACKEND=none).", permanent=True)


def _over_esms(message: Message) -> None:
    code = str(_ask(message).get("CodeResult", ""))
    if code in SENT:
        return
    if code in FINAL:
        raise ChannelError(f"Nhà mạng không nhận tin nhắn: {FINAL[code]} ({code}).", permanent=True)
    if code in ACCOUNT:
        raise Unreachable(f"{ACCOUNT[code]} ({code})")
    raise ChannelError(f"Dịch vụ tin nhắn trả lời mã lạ ({code[:20] or 'trống'}).")


def _ask(message: Message) -> dict[str, Any]:
    """One call of SendMultipleMessage_V4; anything but a JSON object counts as a failure of the service."""
    fields = {
        "ApiKey": settings.ESMS_API_KEY,
        "SecretKey": settings.ESMS_SECRET_KEY,
        "Phone": gsm.mobile(message.recipient),
        "Content": message.body,
        "Brandname": settings.ESMS_BRANDNAME,
        "SmsType": "2",
        "IsUnicode": "0",
        "Sandbox": "0",
        "RequestId": request_id(message.once_key),
    }
    body, headers = json.dumps(fields).encode(), {"Content-Type": "application/json"}
    try:
        answer = calls.call("POST", settings.ESMS_URL, body, headers)
    except calls.NoAnswer as error:
        raise Unreachable(f"không nối được dịch vụ tin nhắn ({error})") from None
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise Unreachable(f"dịch vụ tin nhắn trả lời HTTP {answer.status}")
    return _object(answer.body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Unreachable("dịch vụ tin nhắn trả lời không đọc được")
    return said


BACKENDS: dict[str, Callable[[Message], None]] = {
    "console": _to_console,
    "esms": _over_esms,
    "none": _switched_off,
}
