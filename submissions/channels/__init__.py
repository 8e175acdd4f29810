"""The ways out: one file a channel, one function `send(message)` each, ChannelError when it did not work."""

from collections.abc import Callable

from django.conf import settings

from submissions.channels import email, sms
from submissions.channels.base import ChannelError, Message, Unreachable

CHANNELS: dict[str, Callable[[Message], None]] = {"email": email.send, "sms": sms.send}


def is_on(channel: str) -> bool:
    """May new notices be written for this channel?"""
    return channel != "sms" or settings.SMS_BACKEND != "none"


__all__ = ["CHANNELS", "ChannelError", "Message", "Unreachable", "is_on"]
