"""The part of a request's sealed content that belongs to invitations."""

from dataclasses import dataclass

from bedside.requests.records import Content

KEY = "invitation"
PREFIX = "inv"


@dataclass(frozen=True, slots=True)
class InvitationDetails:
    """The room to which a patient is invited; `room` names it in the patient's words."""

    room_id: str
    room: str

    @classmethod
    def of(cls, content: Content) -> "InvitationDetails":
        """Read them from what was sealed."""
        return cls(content.details["room_id"], content.details["room"])
