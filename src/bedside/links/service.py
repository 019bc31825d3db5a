"""Links: secret URLs that give one patient's device access to a single resource once the date of
birth has been confirmed.

A link is stored as the SHA-256 of its secret, so that a copy of the database opens nothing.
Looking at a link changes nothing, because previews and scanners open links too. Access requires
the date of birth, and from then on the device is known by a token of its own.
"""

import hashlib
import hmac
from asyncio import sleep
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound, NotSignedIn, TooMany
from bedside.kernel import clock
from bedside.kernel.ids import new_id, new_secret
from bedside.kernel.network import caller_of
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.links.bound import LINK_DEVICES, LINKS
from bedside.links.kinds import LinkKinds
from bedside.links.models import link_devices, links
from bedside.links.options import LinkOptions
from bedside.links.records import Answer, Checked, Link, LinkClosed, LinkState
from bedside.links.rows import LinkDeviceRow, LinkRow
from bedside.people.clinics import Clinics
from bedside.people.hidden import HiddenItems
from bedside.people.patients import Patients
from bedside.people.permissions import LinkAccess, PatientAccess, link_access

ANSWERS_FROM_ONE_ADDRESS = 40
"""Wrong answers from one network address in an hour; a clinic's own guest network shares one."""

_ADDRESSES_KEPT = 10_000
_LONGEST_PAUSE = 10 * clock.SECOND

_by_secret = prepared(select(links).where(links.c.secret_hash == bindparam("hash")), LinkRow)
_locked_row = prepared(
    select(links).where(links.c.id == bindparam("of")).with_for_update(), LinkRow
)
_add = prepared(insert(links))
_add_device = prepared(insert(link_devices))
_count_wrong = prepared(
    update(links)
    .where(links.c.id == bindparam("of"))
    .values(wrong_answers=bindparam("wrong"), locked=bindparam("now_locked"))
)
_opened = prepared(
    update(links)
    .where(links.c.id == bindparam("of"))
    .values(wrong_answers=0, opened_at=bindparam("moment"))
)
_revoke = prepared(
    update(links)
    .where(links.c.subject_id == bindparam("of_subject"), ~links.c.revoked)
    .values(revoked=True)
)
_revoke_unopened = prepared(
    update(links)
    .where(links.c.subject_id == bindparam("of_subject"), links.c.opened_at == 0, ~links.c.revoked)
    .values(revoked=True)
)
_wrong_answers = prepared(
    select(func.max(links.c.wrong_answers).label("most")).where(
        links.c.subject_id == bindparam("of_subject"), ~links.c.revoked
    )
)
_by_device = prepared(
    select(link_devices).where(link_devices.c.token_hash == bindparam("hash")), LinkDeviceRow
)
_by_id = prepared(select(links).where(links.c.id == bindparam("of")), LinkRow)

_last = prepared(
    select(links)
    .where(links.c.subject_id == bindparam("of"))
    .order_by(links.c.revoked, links.c.id.desc())
    .limit(1),
    LinkRow,
)
"""The newest link to something; one that was revoked only if there is no other."""
_newest_opened = prepared(
    select(links)
    .where(links.c.subject_id == bindparam("of"), links.c.opened_at > 0)
    .order_by(links.c.id.desc())
    .limit(1),
    LinkRow,
)


AnswerListener = Callable[[UnitOfWork, Answer, Actor], Awaitable[None]]


class Links:
    """Issues links, lets devices in, and closes links again."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        kinds: LinkKinds,
        hidden: HiddenItems,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._kinds = kinds
        self._hidden = hidden
        self._listeners: list[AnswerListener] = []
        self._addresses = _AddressLimit()

    def on_answered(self, listener: AnswerListener) -> None:
        """Call `listener`, in the same unit of work, with each answer on a link's page and who gave
        it, and when the app opened what a link leads to."""
        self._listeners.append(listener)

    async def _tell(self, work: UnitOfWork, answer: Answer, actor: Actor) -> None:
        for listener in self._listeners:
            await listener(work, answer, actor)

    async def issue(
        self,
        work: UnitOfWork,
        clinic_id: str,
        patient_id: str,
        subject_id: str,
        until: int,
        *,
        wrong_answers: int = 0,
    ) -> str:
        """Create a link to `subject_id`, open until that time. Returns its secret, which is not
        stored. `wrong_answers` have been given to earlier links already.

        Earlier links to the same subject stay open unless they are revoked. Raises UnknownKind if
        `subject_id` is of no registered kind.
        """
        self._kinds.of(subject_id)
        secret = new_secret()
        row = {
            "id": new_id("lnk"),
            "secret_hash": _hash(secret),
            "clinic_id": clinic_id,
            "patient_id": patient_id,
            "subject_id": subject_id,
            "wrong_answers": wrong_answers,
            "locked": False,
            "revoked": False,
            "opened_at": 0,
            "expires_at": until,
            "created_at": clock.now(),
        }
        keys = await self._vault.clinic(clinic_id)
        await work.execute(_add, **LINKS.bound(keys, row))
        return secret

    async def revoke(self, work: UnitOfWork, subject_id: str) -> None:
        """Close every link to `subject_id`, and the access of its devices."""
        await work.execute(_revoke, of_subject=subject_id)

    async def wrong_answers(self, work: UnitOfWork, subject_id: str) -> int:
        """Return how many wrong answers a link to `subject_id` has got that is not revoked: the
        most of several."""
        row = await work.one(_wrong_answers, of_subject=subject_id)
        return (row.most if row else 0) or 0

    async def revoke_unopened(self, work: UnitOfWork, subject_id: str) -> None:
        """Close the links to `subject_id` that nobody has opened; devices with access keep it."""
        await work.execute(_revoke_unopened, of_subject=subject_id)

    async def look(self, secret: str) -> Link | None:
        """Return the link with this secret, without changing it; None if there is none."""
        row = await self._of_secret(secret)
        if row is None:
            return None
        return _link(row, await self._allowed(row.clinic_id))

    async def answer(self, secret: str, born: date, address: str) -> Answer:
        """Count an answer to the date of birth, and call the kind of link with the outcome.

        Input that is not a date is no answer: callers ask again. From an address with too many
        wrong answers a further wrong one takes longer, and a right one does not: thousands may
        share it. Raises NotFound for an unknown secret, TooMany from such an address.
        """
        checked = await self._check(secret, born, address)
        async with self._database.unit_of_work() as work:
            answer = await self._count(work, checked)
        if not answer.token and (pause := self._addresses.pause(address)):
            await sleep(pause / clock.SECOND)
        return answer

    async def _check(self, secret: str, born: date, address: str) -> Checked:
        """Compare a date of birth with the patient's. Nothing is revealed until the answer is
        counted."""
        row = await self._of_secret(secret)
        if row is None:
            self._addresses.check(address)
            self._addresses.wrong(address)
            raise NotFound
        right = await self._patients.birth_date(row.clinic_id, row.patient_id)
        known = right.isoformat() if right else "not known"  # which equals no date
        fits = hmac.compare_digest(born.isoformat(), known)
        return Checked(row.id, address, fits)

    async def _count(self, work: UnitOfWork, checked: Checked) -> Answer:
        """Count an answer: let the device in, or use up one try and lock after the last.

        A closed link lets nobody in, whatever the answer. Right and wrong answers take the same
        steps.
        """
        answer = await self._counted(work, checked)
        await self._kinds.of(answer.link.subject_id).answered(work, answer, checked.address)
        await self._tell(work, answer, _patient(answer.link, checked.address))
        return answer

    async def _counted(self, work: UnitOfWork, checked: Checked) -> Answer:
        row = await work.one(_locked_row, of=checked.link_id)
        if row is None:
            raise NotFound
        allowed = await self._allowed(row.clinic_id)
        link = _link(row, allowed)
        if link.state is not LinkState.OPEN:
            return Answer(link)
        if checked.fits:
            return await self._let_in(work, link, checked.address)
        return await self._refuse(work, row, allowed, checked.address)

    async def resume(self, token: str, subject_id: str, address: str) -> LinkAccess:
        """Return access for a device that already has it.

        Raises NotSignedIn if the device is not known for `subject_id`, LinkClosed if its link was
        revoked or has expired. A link locked by others stays open to it.
        """
        device, row = await self._of_token(token)
        if device is None or row is None or row.subject_id != subject_id:
            raise NotSignedIn
        if row.revoked:
            raise LinkClosed(LinkState.REVOKED)
        if min(row.expires_at, device.expires_at) <= clock.now():
            raise LinkClosed(LinkState.EXPIRED)
        return link_access(row.id, row.clinic_id, row.patient_id, row.subject_id, address)

    async def of_device(self, token: str, subject_id: str) -> Link | None:
        """Return the link that let a device in, whatever became of it; None for other devices."""
        _, row = await self._of_token(token)
        if row is None or row.subject_id != subject_id:
            return None
        return _link(row, await self._allowed(row.clinic_id))

    # --- by the app ----------------------------------------------------------------------------

    async def patient_of(self, subject_id: str) -> str:
        """Return the patient to whom links to `subject_id` went; "" if there are none. The id alone
        opens nothing."""
        async with self._database.read() as db:
            row = await db.one(_last, of=subject_id)
        return row.patient_id if row is not None else ""

    async def of_side(self, side: PatientAccess, subject_id: str) -> LinkAccess:
        """Return access to what a link leads to for the patient, or a proxy, signed in to the app:
        nobody is asked for a date of birth twice, and the access ends with the sign-out.

        Raises NotShared for a proxy who may not see it, NotFound (also if it is hidden from a
        proxy), and LinkClosed if it is over.
        """
        row = await self._row_of_side(side, subject_id)
        if row.revoked:
            raise LinkClosed(LinkState.REVOKED)
        if row.expires_at <= clock.now() and not self._kinds.of(subject_id).stays:
            raise LinkClosed(LinkState.EXPIRED)
        address = side.account.address
        return link_access(
            row.id, row.clinic_id, row.patient_id, row.subject_id, address, side.actor
        )

    async def last_of_side(self, side: PatientAccess, subject_id: str) -> Link:
        """Return the link itself, whatever became of it. Raises NotShared, NotFound."""
        row = await self._row_of_side(side, subject_id)
        return _link(row, await self._allowed(row.clinic_id))

    async def _row_of_side(self, side: PatientAccess, subject_id: str) -> LinkRow:
        async with self._database.read() as db:
            row = await db.one(_last, of=subject_id)
            hidden = await self._hidden.is_hidden(db, side, subject_id)
        here = (side.clinic_id, side.patient_id)
        if hidden or row is None or (row.clinic_id, row.patient_id) != here:
            raise NotFound
        side.require(self._kinds.of(subject_id).part)
        await LINKS.check(self._vault, row)
        return row

    async def opened_by_app(self, link: LinkAccess) -> None:
        """Record that what a link leads to was opened in the app, as if the date of birth had been
        given. Idempotent."""
        async with self._database.read() as db:
            before = await db.one(_by_id, of=link.link_id)
        if before is None or before.opened_at:
            return
        async with self._database.unit_of_work() as work:
            row = await work.one(_locked_row, of=link.link_id)
            if row is None or row.opened_at:
                return
            await work.execute(_opened, of=row.id, moment=clock.now())
            known = _link(row, await self._allowed(row.clinic_id))
            kind = self._kinds.of(row.subject_id)
            await self._note(work, known, link.actor, kind.checked)
            answer = Answer(known, let_in=True)
            await kind.answered(work, answer, link.address)
            await self._tell(work, answer, link.actor)

    async def on_behalf(self, subject_id: str, db: Reader | None = None) -> LinkAccess | None:
        """Return access for the worker, to finish what the patient has agreed to on a device with
        access; None if no device ever had it."""
        if db is None:
            async with self._database.read() as reader:
                return await self.on_behalf(subject_id, reader)
        row = await db.one(_newest_opened, of=subject_id)
        if row is None:
            return None
        return link_access(row.id, row.clinic_id, row.patient_id, row.subject_id, "")

    async def _of_secret(self, secret: str) -> LinkRow | None:
        """Find the link of a secret. Raises RecordSealBroken for one that was not made here, or
        was tied to another patient."""
        async with self._database.read() as db:
            row = await db.one(_by_secret, hash=_hash(secret))
        if row is not None:
            await LINKS.check(self._vault, row)
        return row

    async def _of_token(self, token: str) -> tuple[LinkDeviceRow | None, LinkRow | None]:
        """Return the device of a token, and its link. Raises RecordSealBroken like `_of_secret`."""
        if not token:
            return None, None
        async with self._database.read() as db:
            device = await db.one(_by_device, hash=_hash(token))
            row = await db.one(_by_id, of=device.link_id) if device is not None else None
        if device is None or row is None:
            return None, None
        await LINK_DEVICES.check(self._vault, device)
        await LINKS.check(self._vault, row)
        return device, row

    async def _allowed(self, clinic_id: str) -> int:
        return (await self._clinics.options(clinic_id, LinkOptions)).link_wrong_answers

    async def _let_in(self, work: UnitOfWork, link: Link, address: str) -> Answer:
        token = new_secret()
        await work.execute(_opened, of=link.id, moment=clock.now())
        row = {
            "token_hash": _hash(token),
            "link_id": link.id,
            "clinic_id": link.clinic_id,
            "created_at": clock.now(),
            "expires_at": link.expires_at,
        }
        keys = await self._vault.clinic(link.clinic_id)
        await work.execute(_add_device, **LINK_DEVICES.bound(keys, row))
        await self._note(
            work, link, _patient(link, address), self._kinds.of(link.subject_id).checked
        )
        return Answer(link, token, let_in=True)

    async def _refuse(self, work: UnitOfWork, row: LinkRow, allowed: int, address: str) -> Answer:
        wrong = row.wrong_answers + 1
        locked = wrong >= allowed
        await work.execute(_count_wrong, of=row.id, wrong=wrong, now_locked=locked)
        work.after_commit(lambda: self._addresses.wrong(address))
        state = LinkState.LOCKED if locked else LinkState.OPEN
        link = Link(
            row.id,
            row.clinic_id,
            row.patient_id,
            row.subject_id,
            state,
            max(0, allowed - wrong),
            row.expires_at,
        )
        somebody, kind = Actor(ActorKind.UNKNOWN, "", address), self._kinds.of(link.subject_id)
        await self._note(work, link, somebody, kind.refused, tries_left=link.tries_left)
        if locked:
            await self._note(work, link, somebody, kind.locked)
        return Answer(link, locked_now=locked)

    async def _note(
        self, work: UnitOfWork, link: Link, actor: Actor, action: Action, **details: Any
    ) -> None:
        await self._audit.record(
            work,
            link.clinic_id,
            actor,
            action,
            patient_id=link.patient_id,
            subject_id=link.subject_id,
            **details,
        )


class _AddressLimit:
    """Counts wrong answers by network address over the past hour, in memory.

    The count of each link is what protects a patient, and is durable; this one slows down those
    who try many links, and may be forgotten when the process restarts.
    """

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = {}

    def check(self, address: str) -> None:
        """Raise TooMany over the limit."""
        recent = self._recent(address)
        if len(recent) >= ANSWERS_FROM_ONE_ADDRESS:
            wait = recent[0] + clock.HOUR - clock.now()
            raise TooMany(retry_after=max(1, wait // clock.SECOND))

    def pause(self, address: str) -> int:
        """Return how much longer a wrong answer takes, in milliseconds: a second for each one over
        the limit, up to ten."""
        over = len(self._recent(address)) - ANSWERS_FROM_ONE_ADDRESS
        return min(max(0, over) * clock.SECOND, _LONGEST_PAUSE)

    def wrong(self, address: str) -> None:
        """Count one wrong answer."""
        recent = self._recent(address)
        caller = caller_of(address)
        self._seen.pop(caller, None)  # to the end: the oldest address is forgotten first
        self._seen[caller] = [*recent, clock.now()]
        while len(self._seen) > _ADDRESSES_KEPT:
            self._seen.pop(next(iter(self._seen)))

    def _recent(self, address: str) -> list[int]:
        since = clock.now() - clock.HOUR
        return [at for at in self._seen.get(caller_of(address), []) if at > since]


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _link(row: LinkRow, allowed: int) -> Link:
    return Link(
        row.id,
        row.clinic_id,
        row.patient_id,
        row.subject_id,
        _state(row),
        max(0, allowed - row.wrong_answers),
        row.expires_at,
    )


def _state(row: LinkRow) -> LinkState:
    if row.revoked:
        return LinkState.REVOKED
    if row.expires_at <= clock.now():
        return LinkState.EXPIRED
    return LinkState.LOCKED if row.locked else LinkState.OPEN


def _patient(link: Link, address: str) -> Actor:
    return Actor(ActorKind.PATIENT, link.patient_id, address)
