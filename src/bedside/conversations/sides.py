"""The two sides of a conversation: staff who see the chart, and the patient or a proxy."""

from dataclasses import dataclass
from typing import Literal

from bedside.conversations.rows import ConversationRow
from bedside.errors import NotFound
from bedside.people.hidden import as_seen_by
from bedside.people.permissions import ChartAccess, PatientAccess
from bedside.people.record_parts import Part

Access = ChartAccess | PatientAccess
Side = Literal["staff", "patient"]


@dataclass(frozen=True, slots=True)
class Sender:
    """The author of a message: a member of staff, an account of the patient's app (the patient's
    own, or a proxy's), or the clinic itself."""

    kind: Literal["staff", "patient", "proxy", "clinic"]
    id: str

    @property
    def side(self) -> Side:
        """The side on which the author is."""
        return side_of_kind(self.kind)


CLINIC = Sender("clinic", "")
"""Bedside itself, for the clinic."""


def side_of_kind(sender_kind: str) -> Side:
    """Return the side of a message by the kind of its sender."""
    return "patient" if sender_kind in ("patient", "proxy") else "staff"


def sender_of(access: Access) -> Sender:
    """Return the author of whatever `access` writes."""
    if isinstance(access, ChartAccess):
        return Sender("staff", access.staff.staff_id)
    return Sender("proxy" if access.is_proxy else "patient", access.account.account_id)


def seen_by(access: Access) -> dict[str, str]:
    """Return what statements need that leave out hidden items: see `people.hidden.as_seen_by`."""
    return as_seen_by(None if isinstance(access, ChartAccess) else access)


def viewer_of(access: Access) -> str:
    """Return for whom hidden items are left out; "" for staff and the patient."""
    return "" if isinstance(access, ChartAccess) else access.viewer


def is_staff(access: Access) -> bool:
    """Whether somebody is on the clinic's side."""
    return isinstance(access, ChartAccess)


def require_chat(access: Access) -> None:
    """Raise NotShared for a proxy without access to the chat."""
    if isinstance(access, PatientAccess):
        access.require(Part.CHAT)


def require_own(access: Access, row: ConversationRow | None) -> ConversationRow:
    """Return the conversation if it is one of the patient that `access` is for. Raises NotFound,
    NotShared."""
    require_chat(access)
    if row is None or (row.clinic_id, row.patient_id) != (access.clinic_id, access.patient_id):
        raise NotFound
    return row
