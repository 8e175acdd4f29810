"""E-mail over Django's configured backend; which refusals are final and which are worth another try."""

import hashlib
import smtplib
from email.errors import MessageError
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from submissions.channels.base import ChannelError, Message, Unreachable

SERVICE_CLOSING = 421
FIRST_PERMANENT = 500


def message_id(once_key: str) -> str:
    """The same notice always carries the same Message-ID, so that a second copy can be recognised."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(once_key.encode()).hexdigest()[:40]}@{host}>"


def send(message: Message) -> None:
    """Hands one plain-text mail to the mail server. Raises ChannelError."""
    headers = {
        "Message-ID": message_id(message.once_key),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    mail = EmailMessage(message.subject, message.body, to=[message.recipient], headers=headers)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise _refused(code, answer) from error
    except smtplib.SMTPDataError as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPNotSupportedError, MessageError, ValueError) as error:
        raise ChannelError("Địa chỉ hoặc nội dung thư không hợp lệ.", permanent=True) from error
    except smtplib.SMTPResponseException as error:
        raise Unreachable(f"máy chủ thư từ chối cổng ({error.smtp_code} {_words(error.smtp_error)})") from error
    except OSError as error:  # refused, timed out, no such host, TLS; every other SMTPException is one too
        raise Unreachable(f"không nối được máy chủ thư ({type(error).__name__})") from error


def _refused(code: int, answer: bytes | str) -> ChannelError:
    if code == SERVICE_CLOSING:
        return Unreachable(f"máy chủ thư tạm đóng ({code} {_words(answer)})")
    return ChannelError(f"Máy chủ thư không nhận thư này ({code} {_words(answer)}).", code >= FIRST_PERMANENT)


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.split())[:200]
