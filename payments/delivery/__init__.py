"""Parcels: results to people, originals to the desk. The only writer of Delivery, DeliveryEvent and CarrierMessage,
but for the list that a parcel is on (payments.handover) and messages that grew old (payments.old_messages).

Every function that takes a key opens its own transaction and locks the submission, then the parcel. Those that take a
submission belong inside its lock. Officers have to be reception of the submission's agency (NotAllowed); a citizen's
hold on the submission is checked by the caller's getter. Sentences of NotPossible and Incomplete may be shown.
"""

from payments.carriers import Happened
from payments.delivery.events import Source, apply, confirm_delivered, mark, step_of
from payments.delivery.hearing import hear
from payments.delivery.originals import announce_originals, arrive
from payments.delivery.parcels import (
    Receiver,
    check_officer,
    checked_receiver,
    end_by_counter,
    locked,
    new_code,
    open_out,
    ready,
)
from payments.delivery.sending import doubts, hand_to_post, set_tracking, want_booking
from payments.delivery.wishes import pick_up, send_again

__all__ = [
    "Happened",
    "Receiver",
    "Source",
    "announce_originals",
    "apply",
    "arrive",
    "check_officer",
    "checked_receiver",
    "confirm_delivered",
    "doubts",
    "end_by_counter",
    "hand_to_post",
    "hear",
    "locked",
    "mark",
    "new_code",
    "open_out",
    "pick_up",
    "ready",
    "send_again",
    "set_tracking",
    "step_of",
    "want_booking",
]
