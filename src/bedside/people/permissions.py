"""Permissions as values: holding one proves that it was checked.

Services take these values as arguments, so that code which skipped the check cannot call them.
Only this module makes them: each constructor requires a proof that others do not have.
"""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import bindparam, select

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM, ActorKind
from bedside.database.statements import prepared
from bedside.errors import NotAllowed, NotFound
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions
from bedside.people.chart_joined import ChartJoined
from bedside.people.models import (
    chart_joins,
    patient_assignments,
    patients,
    staff_assignments,
    teams,
)
from bedside.people.record_parts import Part
from bedside.people.roles import May, Role, allows


class _Proof:
    """Held by this module only."""


_PROOF: Final = _Proof()


class _Verified:
    """Base of every permission: made here, or not at all."""

    __slots__ = ()
    proof: _Proof

    def __post_init__(self) -> None:
        if self.proof is not _PROOF:
            raise RuntimeError("permissions are made by bedside.people.permissions only")


class _OfStaff(_Verified):
    """A permission of a member of staff beyond being signed in."""

    __slots__ = ()
    staff: "StaffAccess"

    @property
    def clinic_id(self) -> str:
        """The clinic of the person, and of what the permission is for."""
        return self.staff.clinic_id

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return self.staff.actor


@dataclass(frozen=True, slots=True)
class StaffAccess(_Verified):
    """A person of the clinic, signed in with everything the clinic requires."""

    staff_id: str
    clinic_id: str
    role: Role
    session_id: str
    address: str
    proof: _Proof = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return Actor(ActorKind.STAFF, self.staff_id, self.address)


@dataclass(frozen=True, slots=True)
class ChartAccess(_OfStaff):
    """May read and write the chart of one patient."""

    patient_id: str
    staff: StaffAccess
    proof: _Proof = field(repr=False)

    @property
    def owner_id(self) -> str:
        """The owner of the uploads."""
        return self.staff.staff_id


@dataclass(frozen=True, slots=True)
class ClinicAccess(_OfStaff):
    """May administer the clinic."""

    staff: StaffAccess
    proof: _Proof = field(repr=False)


@dataclass(frozen=True, slots=True)
class OperatorAccess(ClinicAccess):
    """Whoever runs commands on the machine itself: may do what an administrator may."""

    @property
    def actor(self) -> Actor:
        """The actor for the audit log: Bedside itself, since nobody signed in."""
        return SYSTEM


@dataclass(frozen=True, slots=True)
class AuditAccess(_OfStaff):
    """May read the audit log of the clinic."""

    staff: StaffAccess
    proof: _Proof = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkAccess(_Verified):
    """A patient's device with access by one link, after the date of birth, to one subject only."""

    link_id: str
    clinic_id: str
    patient_id: str
    subject_id: str
    address: str
    proof: _Proof = field(repr=False)
    by_account: Actor | None = None
    """The person signed in to the app there; None for a device that the date of birth let in."""

    @property
    def owner_id(self) -> str:
        """The owner of the uploads."""
        return self.link_id

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return self.by_account or Actor(ActorKind.PATIENT, self.patient_id, self.address)


@dataclass(frozen=True, slots=True)
class TransferAccess(_Verified):
    """May move the bytes of one live file transfer: `owner_id` is somebody's id, or a visit's."""

    transfer_id: str
    clinic_id: str
    patient_id: str
    owner_id: str
    actor: Actor
    proof: _Proof = field(repr=False)

    @property
    def subject_id(self) -> str:
        """The holder of the file until it is filed."""
        return self.transfer_id


@dataclass(frozen=True, slots=True)
class DraftAccess(_Verified):
    """May put files into one draft of a message of the chat: `owner_id` writes it."""

    draft_id: str
    clinic_id: str
    patient_id: str
    owner_id: str
    actor: Actor
    proof: _Proof = field(repr=False)

    @property
    def subject_id(self) -> str:
        """The holder of the files until the message is sent."""
        return self.draft_id


HolderAccess = LinkAccess | TransferAccess | DraftAccess
"""Somebody whose files a request, a transfer or a draft holds until they are filed."""


@dataclass(frozen=True, slots=True)
class RoomAccess(_OfStaff):
    """In charge of a room: sees its queue, and admits, transfers and removes its patients."""

    room_id: str
    staff: StaffAccess
    proof: _Proof = field(repr=False)


@dataclass(frozen=True, slots=True)
class VisitorAccess(_Verified):
    """A patient's device in one visit: its own waiting room, call, chat and files, nothing else.
    `patient_id` is empty until staff identify the patient."""

    visit_id: str
    clinic_id: str
    patient_id: str
    address: str
    proof: _Proof = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return Actor(ActorKind.PATIENT, self.patient_id or self.visit_id, self.address)


@dataclass(frozen=True, slots=True)
class GuestAccess(_Verified):
    """Somebody invited to one call: an interpreter, a relative, a specialist."""

    guest_id: str
    clinic_id: str
    call_id: str
    address: str
    proof: _Proof = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return Actor(ActorKind.GUEST, self.guest_id, self.address)


@dataclass(frozen=True, slots=True)
class AccountAccess(_Verified):
    """A person signed in to the app on one device; a mere proxy has no `own_patient_id`."""

    account_id: str
    clinic_id: str
    own_patient_id: str
    session_id: str
    address: str
    proof: _Proof = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        if self.own_patient_id:
            return Actor(ActorKind.PATIENT, self.own_patient_id, self.address)
        return Actor(ActorKind.PROXY, self.account_id, self.address)


@dataclass(frozen=True, slots=True)
class PatientAccess(_Verified):
    """May use one patient's side of the record in the app: the patient, or a proxy, who sees
    `parts` without files of categories in `unseen`, and nothing hidden from `viewer` (a grant)."""

    patient_id: str
    account: AccountAccess
    parts: frozenset[Part]
    viewer: str
    unseen: frozenset[str]
    proof: _Proof = field(repr=False)

    @property
    def clinic_id(self) -> str:
        """The clinic of both."""
        return self.account.clinic_id

    @property
    def is_proxy(self) -> bool:
        """Whether somebody else than the patient uses it."""
        return self.account.own_patient_id != self.patient_id

    @property
    def owner_id(self) -> str:
        """The owner of the uploads."""
        return self.account.account_id

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return self.account.actor

    def require(self, part: Part) -> None:
        """Raise NotShared if this person may not see a part of the record."""
        if part not in self.parts:
            raise NotShared


@dataclass(frozen=True, slots=True)
class ShareAccess(_Verified):
    """Somebody with a link of the patient's to some files: reads these, until the link ends.
    Nobody knows who it is beyond what was typed."""

    share_id: str
    clinic_id: str
    patient_id: str
    entry_ids: tuple[str, ...]
    address: str
    proof: _Proof = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The actor for the audit log."""
        return Actor(ActorKind.GUEST, self.share_id, self.address)


UploadAccess = ChartAccess | PatientAccess | HolderAccess
"""Somebody who may send files: into a chart, or to what holds them."""


class NotShared(NotAllowed):
    """A proxy asked for a part of the record that is not open to them."""

    code = "not_shared"
    sentence = N_("This part is not shared with you. Nothing was changed.")


_sees = prepared(
    select(patient_assignments.c.patient_id)
    .select_from(
        staff_assignments.join(
            patient_assignments,
            staff_assignments.c.target_id == patient_assignments.c.target_id,
        )
    )
    .where(
        staff_assignments.c.staff_id == bindparam("staff"),
        patient_assignments.c.patient_id == bindparam("patient"),
        patient_assignments.c.clinic_id == bindparam("clinic"),
        staff_assignments.c.clinic_id == bindparam("clinic"),
    )
    .limit(1)
)
_in_charge = prepared(
    select(teams.c.id)
    .select_from(teams.join(staff_assignments, staff_assignments.c.target_id == teams.c.id))
    .where(
        teams.c.id == bindparam("room"),
        teams.c.kind == "room",
        teams.c.clinic_id == bindparam("clinic"),
        staff_assignments.c.staff_id == bindparam("staff"),
        staff_assignments.c.clinic_id == bindparam("clinic"),
    )
)
_joined_into = prepared(
    select(chart_joins.c.kept_id).where(
        chart_joins.c.joined_id == bindparam("patient"),
        chart_joins.c.clinic_id == bindparam("clinic"),
        chart_joins.c.undone_at == 0,
    )
)
_in_clinic = prepared(
    select(patients.c.id).where(
        patients.c.id == bindparam("patient"), patients.c.clinic_id == bindparam("clinic")
    )
)


class Permissions:
    """Checks permissions, and returns the values that prove the check."""

    def __init__(self, database: Transactions, audit: AuditLog) -> None:
        self._database = database
        self._audit = audit

    async def chart(self, staff: StaffAccess, patient_id: str) -> ChartAccess:
        """Check access to a patient's chart by assignment (room, team or patient).

        Raises NotFound if this person may not see the patient; an attempt at a patient of the same
        clinic is audited, because somebody may be snooping. Raises ChartJoined for a chart that is
        part of another one now.
        """
        if not allows(staff.role, May.SEE_CHARTS) or not is_id(patient_id, "pat"):
            raise NotFound
        if await self.sees(staff, patient_id):
            return ChartAccess(patient_id, staff, _PROOF)
        kept_id = await self._kept(staff, patient_id)
        if kept_id and await self.sees(staff, kept_id):
            raise ChartJoined(patient_id, kept_id)
        async with self._database.read() as db:
            known = await db.one(_in_clinic, patient=patient_id, clinic=staff.clinic_id)
        if known:
            await self._audit.note(
                staff.clinic_id, staff.actor, Action.ACCESS_REFUSED, patient_id=patient_id
            )
        raise NotFound

    async def sees(self, staff: StaffAccess, patient_id: str) -> bool:
        """Whether this person may see this patient, without an audit line."""
        async with self._database.read() as db:
            row = await db.one(
                _sees, staff=staff.staff_id, patient=patient_id, clinic=staff.clinic_id
            )
        return row is not None

    async def _kept(self, staff: StaffAccess, patient_id: str) -> str:
        """Return the patient with whom this one was joined, at the end of a chain of joins; "" if
        there is none."""
        kept_id = ""
        async with self._database.read() as db:
            while row := await db.one(
                _joined_into, patient=kept_id or patient_id, clinic=staff.clinic_id
            ):
                kept_id = row.kept_id
        return kept_id

    async def room(self, staff: StaffAccess, room_id: str) -> RoomAccess:
        """Check access to a room by assignment; its owner is assigned too. Raises NotFound."""
        if not allows(staff.role, May.SEE_CHARTS) or not is_id(room_id, "rom"):
            raise NotFound
        async with self._database.read() as db:
            row = await db.one(
                _in_charge, room=room_id, staff=staff.staff_id, clinic=staff.clinic_id
            )
        if row is None:
            raise NotFound
        return RoomAccess(room_id, staff, _PROOF)

    def administer(self, staff: StaffAccess) -> ClinicAccess:
        """Check for administrators. Raises NotAllowed for everyone else."""
        if not allows(staff.role, May.ADMINISTER):
            raise NotAllowed
        return ClinicAccess(staff, _PROOF)

    def audit(self, staff: StaffAccess) -> AuditAccess:
        """Check access to the audit log. Raises NotAllowed."""
        if not allows(staff.role, May.SEE_AUDIT):
            raise NotAllowed
        return AuditAccess(staff, _PROOF)


def staff_access(
    staff_id: str, clinic_id: str, role: Role, session_id: str, address: str
) -> StaffAccess:
    """Make a permission; for `people.sessions` only, after a session was verified."""
    return StaffAccess(staff_id, clinic_id, role, session_id, address, _PROOF)


def chart_of_author(clinic_id: str, staff_id: str, role: Role, patient_id: str) -> ChartAccess:
    """Make a permission; for `requests.summaries` and `letters` only, to file and attach what
    somebody has sent with the same permission, when the worker gets to it."""
    return ChartAccess(patient_id, StaffAccess(staff_id, clinic_id, role, "", "", _PROOF), _PROOF)


def operator_access(clinic_id: str) -> OperatorAccess:
    """Make a permission; for the command line only, whose user can read the master key anyway."""
    nobody = StaffAccess("", clinic_id, Role.ADMINISTRATOR, "", "", _PROOF)
    return OperatorAccess(nobody, _PROOF)


def link_access(
    link_id: str,
    clinic_id: str,
    patient_id: str,
    subject_id: str,
    address: str,
    by_account: Actor | None = None,
) -> LinkAccess:
    """Make a permission; for `links` only, after a device was verified."""
    return LinkAccess(link_id, clinic_id, patient_id, subject_id, address, _PROOF, by_account)


def visitor_access(visit_id: str, clinic_id: str, patient_id: str, address: str) -> VisitorAccess:
    """Make a permission; for `visits.devices` only, after a device was verified."""
    return VisitorAccess(visit_id, clinic_id, patient_id, address, _PROOF)


def guest_access(guest_id: str, clinic_id: str, call_id: str, address: str) -> GuestAccess:
    """Make a permission; for `calls.guests` only, after a guest's device was verified."""
    return GuestAccess(guest_id, clinic_id, call_id, address, _PROOF)


def transfer_access(
    transfer_id: str, clinic_id: str, patient_id: str, owner_id: str, actor: Actor
) -> TransferAccess:
    """Make a permission; for `transfers` only, after checking whose the transfer is."""
    return TransferAccess(transfer_id, clinic_id, patient_id, owner_id, actor, _PROOF)


def draft_access(
    draft_id: str, clinic_id: str, patient_id: str, owner_id: str, actor: Actor
) -> DraftAccess:
    """Make a permission; for `conversations` only, after checking whose the draft is."""
    return DraftAccess(draft_id, clinic_id, patient_id, owner_id, actor, _PROOF)


def account_access(
    account_id: str, clinic_id: str, own_patient_id: str, session_id: str, address: str
) -> AccountAccess:
    """Make a permission; for `accounts` only, after a session was verified."""
    return AccountAccess(account_id, clinic_id, own_patient_id, session_id, address, _PROOF)


def patient_access(
    account: AccountAccess, patient_id: str, parts: frozenset[Part], viewer: str = "", *unseen: str
) -> PatientAccess:
    """Make a permission; for `accounts` only, after it was looked up what this person may see."""
    return PatientAccess(patient_id, account, parts, viewer, frozenset(unseen), _PROOF)


def share_access(
    share_id: str, clinic_id: str, patient_id: str, entry_ids: tuple[str, ...], address: str
) -> ShareAccess:
    """Make a permission; for `sharing` only, after a link of the patient's was verified."""
    return ShareAccess(share_id, clinic_id, patient_id, entry_ids, address, _PROOF)
