"""Guests of a call: an interpreter, a relative, a specialist, invited by link.

A link is stored as the SHA-256 of its secret. Looking at it changes nothing: previews and scanners
open links too. A guest gives a name and waits until staff in the call admit them; they see that
call only, and nothing once it is over. A month later they are forgotten.

A guest is one device: anybody else coming by the same link is another guest, admitted separately.
So staff admit those they have seen, and nobody takes the place of a guest who is in the call.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, delete, exists, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.audit.actors import Actor, ActorKind
from bedside.calls import rows
from bedside.calls.access import CallSeat, HostSeat
from bedside.calls.endings import Endings
from bedside.calls.group_calls import GroupCalls
from bedside.calls.models import calls, guests
from bedside.calls.newcomers import Newcomers
from bedside.calls.of_visits import GUEST_NAME
from bedside.calls.rows import ParticipantRow
from bedside.calls.states import (
    PRESENT,
    CallState,
    Kind,
    Standing,
)
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, Gone, NotFound, NotSignedIn, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import is_id, new_id, new_secret
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.typed import one_line
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.notifications.addresses import read_for_sms
from bedside.notifications.messenger import Messenger, Notice
from bedside.notifications.text_limits import TextLimits
from bedside.people.clinics import Clinics
from bedside.people.permissions import GuestAccess, guest_access

VALID = clock.DAY
KEPT_FOR = 30 * clock.DAY
"""How long after its last day an old link still says that the invitation has ended. After that it
is unknown, and the name the guest gave is gone: records name the guest by id only."""
_AT_ONCE = 500
"""Guests forgotten per unit of work."""
LONGEST_NAME = 80
DEVICES_OF_A_LINK = 4
"""The invited guest, people the link was passed on to, and some of either with a second device."""
_COLUMN = "guests.record"


class GuestRow(NamedTuple):
    """A stored guest."""

    id: str
    clinic_id: str
    call_id: str
    secret_hash: bytes
    device_hash: bytes
    link_id: str
    link_open: bool
    record: bytes
    invited_by: str
    revoked: bool
    created_at: int
    expires_at: int


_by_secret = prepared(select(guests).where(guests.c.secret_hash == bindparam("hash")), GuestRow)
_by_device = prepared(select(guests).where(guests.c.device_hash == bindparam("hash")), GuestRow)
_by_id = prepared(select(guests).where(guests.c.id == bindparam("of")), GuestRow)
_of_call = prepared(
    select(guests).where(guests.c.call_id == bindparam("of_call")).order_by(guests.c.id), GuestRow
)
_of_link = prepared(
    select(guests).where(guests.c.link_id == bindparam("of_link")).order_by(guests.c.id), GuestRow
)
_close_link = prepared(update(guests).where(guests.c.id == bindparam("of")).values(link_open=False))
_add = prepared(insert(guests))
_set = prepared(update(guests).where(guests.c.id == bindparam("of")))
_over = prepared(
    select(guests.c.id)
    .where(
        guests.c.expires_at <= bindparam("before"),
        ~exists().where(calls.c.id == guests.c.call_id, calls.c.state == CallState.ACTIVE.value),
    )
    .order_by(guests.c.expires_at)
    .limit(_AT_ONCE)
)
_forget = prepared(delete(guests).where(guests.c.id == bindparam("of")))


class GuestLinkClosed(Gone):
    """The link no longer works: the call has ended, it was withdrawn, or a day has passed."""

    code = "guest_link_closed"
    sentence = N_(
        "This invitation no longer works. The call has ended, or the clinic has withdrawn it."
    )


class LinkInUse(Conflict):
    """Too many people have come by one link to tell who was invited."""

    code = "guest_link_in_use"
    sentence = N_(
        "Several devices have asked to join with this link already. Ask whoever invited you for a "
        "new one."
    )


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new invitation. The link is returned once; its secret is not stored."""

    guest_id: str
    link: str


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody invited. `name` is the one they gave; until then the expected one, or "". `state`
    is “invited” until then."""

    id: str
    clinic_id: str
    call_id: str
    name: str
    state: str
    expires_at: int


def guest_name(name: str, role: str) -> str:
    """Return how an expected guest is called: “Ingrid Larsen, interpreter”."""
    return ", ".join(part for part in (one_line(name), one_line(role)) if part)[:LONGEST_NAME]


class Guests:
    """Invites guests, lets their devices in, and removes them."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        endings: Endings,
        group_calls: GroupCalls,
        newcomers: Newcomers,
        messenger: Messenger,
        limits: TextLimits,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._endings = endings
        self._group_calls = group_calls
        self._newcomers = newcomers
        self._messenger = messenger
        self._limits = limits
        self._base_url = base_url

    # --- staff ---------------------------------------------------------------------------------

    async def invite(
        self, host: HostSeat, *, email: str = "", phone: str = "", name: str = ""
    ) -> Invitation:
        """Create a link for one guest, for this call and a day at most; it is also sent to an
        e-mail address or a phone number. `name` is who is expected (see `guest_name`): the guest
        finds it in the field, and can correct it. Raises CallEnded, WrongInput, ManyTexts."""
        clinic = await self._clinics.get(host.clinic_id)
        _check_address(email)
        phone = read_for_sms(phone, clinic.options.home) if phone else ""
        guest_id, secret = new_id("gst"), new_secret()
        link = f"{self._base_url}/g/{secret}"
        keys = await self._vault.clinic(host.clinic_id)
        async with self._database.unit_of_work() as work:
            await rows.active_call(work, host.call_id)
            if phone:
                await self._limits.take(work, host.clinic_id, phone)
            await work.execute(
                _add,
                id=guest_id,
                clinic_id=host.clinic_id,
                call_id=host.call_id,
                secret_hash=_hash(secret),
                device_hash=b"",
                link_id=guest_id,
                link_open=True,
                record=keys.seal(_COLUMN, guest_id, {"name": name[:LONGEST_NAME]}),
                invited_by=host.staff.staff_id,
                revoked=False,
                created_at=clock.now(),
                expires_at=clock.now() + VALID,
            )
            for notice in _notices(host.clinic_id, guest_id, clinic.name, link, email, phone):
                await self._messenger.send(work, notice)
            await self._note(work, host, Action.GUEST_INVITED, guest_id)
        return Invitation(guest_id, link)

    async def listed(self, host: HostSeat) -> list[Guest]:
        """Return everybody invited to the call and not removed."""
        async with self._database.read() as db:
            invited = await db.all(_of_call, of_call=host.call_id)
            people = await rows.participants_of(db, host.call_id)
        states = {row.person_id: row.state for row in people if row.kind == Kind.GUEST}
        return [
            await self._guest(row, states.get(row.id, "invited"))
            for row in invited
            if not row.revoked
        ]

    async def admit(self, host: HostSeat, guest_id: str) -> None:
        """Admit somebody who knocks; patients in the call are asked first. Raises NotFound,
        CallEnded, CallIsFull, NoMediaServer."""
        async with self._database.unit_of_work() as work:
            call = await rows.active_call(work, host.call_id)
            row = await _knocking(work, host, guest_id)
            if row.state in (*PRESENT, Standing.AGREEING):
                return
            await self._group_calls.require_room(work, host.call_id)
            await self._newcomers.bring_guest(work, call, row)
            await self._keep_name(work, row)
            await self._note(work, host, Action.GUEST_ADMITTED, guest_id)

    async def _keep_name(self, work: UnitOfWork, row: ParticipantRow) -> None:
        """Keep the name under which a guest is admitted, for the record of the visit."""
        guest = await work.one(_by_id, of=row.person_id)
        if guest is None:
            return
        keys = await self._vault.clinic(guest.clinic_id)
        name = str(keys.unseal(_COLUMN, guest.id, guest.record)["name"])
        sealed = keys.seal(GUEST_NAME, row.id, name)
        await rows.change_participant(work, row.id, guest_name=sealed)

    async def refuse(self, host: HostSeat, guest_id: str) -> None:
        """Refuse somebody who knocks; the link they came by is closed as well, and others who came
        by it stay where they are. Idempotent. Raises NotFound."""
        await self._send_away(host, guest_id, Action.GUEST_REFUSED)

    async def revoke(self, host: HostSeat, guest_id: str) -> None:
        """Withdraw an invitation, wherever the guest is by now. Raises as `refuse`."""
        await self._send_away(host, guest_id, Action.GUEST_REVOKED)

    async def _send_away(self, host: HostSeat, guest_id: str, action: Action) -> None:
        async with self._database.unit_of_work() as work:
            call = await rows.active_call(work, host.call_id)
            invited = await work.one(_by_id, of=guest_id)
            if invited is None or invited.call_id != host.call_id:
                raise NotFound
            if invited.revoked:
                return
            await work.execute(_set, of=guest_id, revoked=True)
            await work.execute(_close_link, of=invited.link_id)
            row = await rows.of_person(work, host.call_id, Kind.GUEST, guest_id)
            if row is not None and row.state != Standing.REFUSED:
                await rows.take_out(work, row, Standing.REFUSED)
                rows.publish_to_guest(work, row, Standing.REFUSED)
                await self._endings.end_when_alone(work, call, host.actor)
            await self._note(work, host, action, guest_id)

    # --- the guest -----------------------------------------------------------------------------

    async def open(self, secret: str) -> Guest:
        """Return the invitation with this secret, without changing it. Raises NotFound for an
        unknown secret, GuestLinkClosed."""
        row = await self._invited(secret)
        async with self._database.read() as db:
            place = await rows.of_person(db, row.call_id, Kind.GUEST, row.id)
        return await self._guest(row, place.state if place else "invited")

    async def enter(self, secret: str, name: str, address: str) -> tuple[str, str]:
        """Give a name and knock. Returns the guest id and the device's token. The first device is
        the invited guest, each further one a guest of its own.

        Raises WrongInput, NotFound, GuestLinkClosed, LinkInUse.
        """
        name = one_line(name)
        if not re.search(r"\w", name) or len(name) > LONGEST_NAME:
            raise WrongInput(N_("Please tell your name, so that you can be let in."), field="name")
        invited = await self._invited(secret)
        keys = await self._vault.clinic(invited.clinic_id)
        token = new_secret()
        async with self._database.unit_of_work() as work:
            if not await _is_active(work, invited.call_id):
                raise GuestLinkClosed
            by_link = await work.all(_of_link, of_link=invited.id)
            if not any(row.link_open for row in by_link):  # refused since it was read
                raise GuestLinkClosed
            come = [row for row in by_link if row.device_hash]
            if len(come) >= DEVICES_OF_A_LINK:
                raise LinkInUse
            guest_id = new_id("gst") if come else invited.id
            device = {
                "device_hash": _hash(token),
                "record": keys.seal(_COLUMN, guest_id, {"name": name}),
            }
            if come:
                await _add_device(work, invited, guest_id, device)
            else:
                await work.execute(_set, of=guest_id, **device)
            place = await rows.put_participant(
                work, (invited.call_id, invited.clinic_id), Kind.GUEST, guest_id, Standing.KNOCKING
            )
            rows.publish_to_guest(work, place, place.state)
            await self._audit.record(
                work,
                invited.clinic_id,
                Actor(ActorKind.GUEST, guest_id, address),
                Action.GUEST_KNOCKED,
                subject_id=invited.call_id,
                invitation=invited.id,
            )
        return guest_id, token

    async def resume(self, token: str, guest_id: str, address: str) -> GuestAccess:
        """Return access for a device that entered before.

        Raises NotSignedIn if it is not known for this guest, GuestLinkClosed if the call has
        ended, the invitation was withdrawn or a day has passed.
        """
        async with self._database.read() as db:
            row = await db.one(_by_device, hash=_hash(token)) if token else None
            open_ = row is not None and await _opens(db, row)
        if row is None or row.id != guest_id:
            raise NotSignedIn
        if not open_:
            raise GuestLinkClosed
        return guest_access(row.id, row.clinic_id, row.call_id, address)

    async def get(self, guest: GuestAccess) -> Guest:
        """Return a guest's name and state."""
        async with self._database.read() as db:
            row = await db.one(_by_id, of=guest.guest_id)
            place = await rows.of_person(db, guest.call_id, Kind.GUEST, guest.guest_id)
        if row is None:
            raise NotFound
        return await self._guest(row, place.state if place else "invited")

    async def sharing_links(self, call_id: str) -> frozenset[str]:
        """Return the guests of a call whose link more than one device has used, for staff."""
        async with self._database.read() as db:
            come = [row for row in await db.all(_of_call, of_call=call_id) if row.device_hash]
        devices = Counter(row.link_id for row in come)
        return frozenset(row.id for row in come if devices[row.link_id] > 1)

    async def names(self, clinic_id: str, guest_ids: set[str]) -> dict[str, str]:
        """Return the names guests gave, for staff."""
        keys = await self._vault.clinic(clinic_id)
        names: dict[str, str] = {}
        async with self._database.read() as db:
            for guest_id in guest_ids:
                row = await db.one(_by_id, of=guest_id)
                if row is not None and row.clinic_id == clinic_id:
                    names[guest_id] = keys.unseal(_COLUMN, row.id, row.record)["name"]
        return names

    # --- time ----------------------------------------------------------------------------------

    async def forget(self) -> int:
        """Forget guests whose call and link ended long ago, for the worker's sweep. Returns how
        many."""
        forgotten = 0
        while True:
            async with self._database.unit_of_work() as work:
                over = await work.all(_over, before=clock.now() - KEPT_FOR)
                for row in over:
                    await work.execute(_forget, of=row.id)
            forgotten += len(over)
            if len(over) < _AT_ONCE:
                return forgotten

    # --- rows ----------------------------------------------------------------------------------

    async def _invited(self, secret: str) -> GuestRow:
        async with self._database.read() as db:
            row = await db.one(_by_secret, hash=_hash(secret))
            if row is None:
                raise NotFound
            if not row.link_open or not await _opens(db, row):
                raise GuestLinkClosed
        return row

    async def _guest(self, row: GuestRow, state: str) -> Guest:
        keys = await self._vault.clinic(row.clinic_id)
        name = keys.unseal(_COLUMN, row.id, row.record)["name"]
        return Guest(row.id, row.clinic_id, row.call_id, name, str(state), row.expires_at)

    async def _note(self, work: UnitOfWork, seat: CallSeat, action: Action, guest_id: str) -> None:
        await self._audit.record(
            work, seat.clinic_id, seat.actor, action, subject_id=seat.call_id, guest=guest_id
        )


def _check_address(email: str) -> None:
    if email and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,190}", email):
        raise WrongInput(N_("Please check the e-mail address."), field="email")


def _notices(
    clinic_id: str, guest_id: str, clinic_name: str, link: str, email: str, phone: str
) -> list[Notice]:
    """Compose the invitation; it names the clinic and nobody else, and concerns no patient."""
    subject = _("Invitation to a video call")
    text = _("{clinic} invites you to a video call. Open this link to join: {link}").format(
        clinic=clinic_name, link=link
    )
    cause = f"{guest_id}/invitation"
    notices: list[Notice] = []
    if email:
        notices.append(Notice(clinic_id, "", cause, "email", email, text, subject))
    if phone:
        notices.append(Notice(clinic_id, "", cause, "sms", phone, text))
    return notices


async def _is_active(work: UnitOfWork, call_id: str) -> bool:
    call = await rows.locked_call(work, call_id)
    return call is not None and call.state == CallState.ACTIVE


async def _add_device(
    work: UnitOfWork, invited: GuestRow, guest_id: str, device: dict[str, bytes]
) -> None:
    """Add another guest by the same link, which is not theirs: nobody knows this secret."""
    await work.execute(
        _add,
        id=guest_id,
        clinic_id=invited.clinic_id,
        call_id=invited.call_id,
        secret_hash=_hash(new_secret()),
        link_id=invited.id,
        link_open=False,
        invited_by=invited.invited_by,
        revoked=False,
        created_at=clock.now(),
        expires_at=invited.expires_at,
        **device,
    )


async def _knocking(work: UnitOfWork, host: HostSeat, guest_id: str) -> ParticipantRow:
    row = None
    if is_id(guest_id, "gst"):
        row = await rows.of_person(work, host.call_id, Kind.GUEST, guest_id)
    if row is None or row.state not in (*PRESENT, Standing.KNOCKING):
        raise NotFound
    return row


async def _opens(db: Reader, row: GuestRow) -> bool:
    call = await rows.call_row(db, row.call_id)
    active = call is not None and call.state == CallState.ACTIVE
    return active and not row.revoked and row.expires_at > clock.now()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
