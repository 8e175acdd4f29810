"""What every way out has in common: the message, and the one kind of error."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """What goes out. `once_key` is the same whenever the same notice is sent again."""

    recipient: str
    subject: str
    body: str
    once_key: str


class ChannelError(Exception):
    """The message did not go out; `str(error)` is a Vietnamese sentence for staff. Permanent: do not try again."""

    def __init__(self, message: str, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Unreachable(ChannelError):
    """The service itself failed (down, full, wrong key): the message is not at fault and no other would get through."""

    MARK = "Dịch vụ gửi đang trục trặc"

    def __init__(self, detail: str) -> None:
        super().__init__(f"{self.MARK}: {detail}")
