"""Signing in: a password, then a second factor if there is one or the clinic requires one.

An unknown address, a wrong password and a disabled person give one answer, after the same work:
one hash, one transaction with one audit line. Wrong tries count as `people.tries` defines; a
passkey cannot be guessed, so nothing locks it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy import bindparam, select

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM, ActorKind
from bedside.database.sealed import PLATFORM, RecordSealBroken, Vault
from bedside.database.statements import prepared
from bedside.errors import NotSignedIn, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people import known_browsers
from bedside.people.bound import STAFF
from bedside.people.clinics import Clinics
from bedside.people.models import staff
from bedside.people.options import Options
from bedside.people.passwords import Passwords
from bedside.people.permissions import StaffAccess
from bedside.people.roles import Role
from bedside.people.rows import StaffRow
from bedside.people.sessions import Pending, Sessions, Stage
from bedside.people.staff import sign_in_name
from bedside.people.throttling import Limit, Throttle
from bedside.people.tries import BY_SESSION, TOLD_AT, Attempt, PasswordTries, for_codes

_WRONG = N_(
    "E-mail address and password do not match. Check both and try again; "
    "your administrator can give you a new password."
)


class SignInOptions(Options):
    """A clinic's options for signing in."""

    second_factor_required: bool = True


class SignInStep(StrEnum):
    """The next step of a pending sign-in."""

    SECOND_FACTOR = "second_factor"
    SET_UP_SECOND_FACTOR = "set_up_second_factor"
    NEW_PASSWORD = "new_password"


@dataclass(frozen=True, slots=True)
class Factors:
    """Somebody's second factors."""

    totp: bool
    passkey: bool

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return self.totp or self.passkey


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A completed step: the session's new token, its progress, and with the last step the cookie
    by which this browser will be known (`people.known_browsers`)."""

    token: str
    stage: Stage
    known: str = ""


class CodesListener(Protocol):
    """Notifies people that somebody else knows their password."""

    async def __call__(self, work: UnitOfWork, clinic_id: str, staff_id: str, /) -> None:
        """Handle some wrong codes in a row after this person's right password."""
        ...


_by_email = prepared(select(staff).where(staff.c.email_token == bindparam("token")), StaffRow)
_by_id = prepared(select(staff).where(staff.c.id == bindparam("of")), StaffRow)


class SignIn:
    """Signs staff in, step by step."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        passwords: Passwords,
        sessions: Sessions,
        throttle: Throttle,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._passwords = passwords
        self._sessions = sessions
        self._throttle = throttle
        self._tries = PasswordTries(throttle)
        self._listeners: list[CodesListener] = []

    def on_wrong_codes(self, listener: CodesListener) -> None:
        """Call `listener`, in the same transaction, on wrong codes after a right password."""
        self._listeners.append(listener)

    async def with_password(
        self, email: str, password: str, *, address: str, device: str, known: str = ""
    ) -> SignedIn:
        """Take the first step. `device` is what the browser calls itself, `known` its cookie of
        `people.known_browsers`. Raises WrongInput (field `password`) or TooMany."""
        name = sign_in_name(email)
        person = await self._find(name)
        browser = await self._recognised(known, person.id if person else "")
        attempt = Attempt(name, address, browser)
        await self._tries.check(attempt)
        right = await self._passwords.fits(password, person.password_hash if person else None)
        if person is None or not right or person.disabled:
            async with self._database.unit_of_work() as work:
                await self._tries.check_in(work, attempt)
                locked = await self._tries.failed(work, attempt)
                await self._record_failure(work, person, address, "password", locked)
            raise WrongInput(_WRONG, field="password")
        await self._check(person)
        options = await self._clinics.options(person.clinic_id, SignInOptions)
        async with self._database.unit_of_work() as work:
            await self._tries.check_in(work, attempt)
            person = await self._same(work, person)
            await self._tries.succeeded(work, attempt)
            stage = Stage.PASSWORD
            if not _factors(person).any and not options.second_factor_required:
                stage = _after_both(person)
            done = await self._begin(work, person, stage, "password", address, device, known)
        await self._keep_hash_modern(person, password)
        return done

    async def admit(
        self,
        work: UnitOfWork,
        staff_id: str,
        method: str,
        *,
        address: str,
        device: str,
        known: str = "",
    ) -> SignedIn:
        """Begin a session for somebody who proved both factors at once, as a passkey does."""
        person = await self._person(work, staff_id)
        stage = _after_both(person)
        return await self._begin(work, person, stage, method, address, device, known)

    async def _begin(
        self,
        work: UnitOfWork,
        person: StaffRow,
        stage: Stage,
        method: str,
        address: str,
        device: str,
        known: str,
    ) -> SignedIn:
        token = await self._sessions.begin(
            work, person.id, person.clinic_id, Role(person.role), stage, device, address
        )
        return await self._reached(work, person, token, stage, method, address, known)

    async def _reached(
        self,
        work: UnitOfWork,
        person: StaffRow,
        token: str,
        stage: Stage,
        method: str,
        address: str,
        known: str,
    ) -> SignedIn:
        if stage is not Stage.FULL:
            return SignedIn(token, stage)
        await self.record_success(work, person, address, method)
        keys = await self._vault.platform()
        return SignedIn(token, stage, known_browsers.remembered(keys, known, person.id))

    async def next_step(self, pending: Pending) -> SignInStep:
        """Return the next step."""
        if pending.stage is Stage.PROVEN:
            return SignInStep.NEW_PASSWORD
        factors = await self.factors(pending.staff_id)
        return SignInStep.SECOND_FACTOR if factors.any else SignInStep.SET_UP_SECOND_FACTOR

    async def factors(self, staff_id: str) -> Factors:
        """Return somebody's second factors."""
        async with self._database.read() as db:
            person = await db.one(_by_id, of=staff_id)
        return _factors(person) if person is not None else Factors(totp=False, passkey=False)

    async def proven(self, work: UnitOfWork, pending: Pending, method: str) -> SignedIn:
        """Complete both factors: called by the verifier of the second one, in its transaction.

        Raises TooMany if wrong codes sent at the same time have locked the person.
        """
        tries = await self._tries_of(pending)
        if method != "passkey":
            await self._throttle.check_in(work, tries)
        person = await self._person(work, pending.staff_id)
        stage = _after_both(person)
        token = await self._sessions.rise(work, pending, stage)
        await self._throttle.succeeded(work, tries)
        return await self._reached(
            work, person, token, stage, method, pending.address, pending.known
        )

    async def check_tries(self, pending: Pending) -> None:
        """Raise TooMany while codes of this person are locked."""
        await self._throttle.check(await self._tries_of(pending))

    async def code_failed(self, pending: Pending) -> None:
        """Count and record a wrong code."""
        tries = await self._tries_of(pending)
        async with self._database.unit_of_work() as work:
            await self._throttle.check_in(work, tries)
            locked = await self._throttle.failed(work, tries)
            await self.record_failure(work, pending, "code", locked=locked)
            failures, _ = await self._throttle.failures(work, *tries)
            if failures == TOLD_AT:
                for listener in self._listeners:
                    await listener(work, pending.clinic_id, pending.staff_id)

    async def record_failure(
        self, work: UnitOfWork, pending: Pending, method: str, *, locked: bool = False
    ) -> None:
        """Write the audit line of a wrong second factor."""
        person = await work.one(_by_id, of=pending.staff_id)
        await self._record_failure(work, person, pending.address, method, locked)

    async def choose_password(self, pending: Pending, password: str, *personal: str) -> SignedIn:
        """Replace a first password, as the last step; every other session of the person ends, even
        one about to reach this step.

        Raises WrongInput, or NotSignedIn if there is no first password to replace any more.
        """
        if pending.stage is not Stage.PROVEN:
            raise NotSignedIn
        password_hash = await self._checked(pending.staff_id, password, personal)
        async with self._database.unit_of_work() as work:
            person = await self._person(work, pending.staff_id)
            if not person.temporary_password:
                raise NotSignedIn
            token = await self._sessions.rise(work, pending, Stage.FULL)
            await self._set_password(work, person, password_hash, pending.actor, pending.session_id)
            return await self._reached(
                work, person, token, Stage.FULL, "password", pending.address, pending.known
            )

    async def change_password(
        self, staff_access: StaffAccess, current: str, new: str, *personal: str
    ) -> None:
        """Change one's own password; all other sessions end. Raises WrongInput, TooMany."""
        confirmed = await self.confirm_password(staff_access, current)
        password_hash = await self._checked(staff_access.staff_id, new, personal)
        async with self._database.unit_of_work() as work:
            person = await self._same(work, confirmed)
            await self._set_password(
                work, person, password_hash, staff_access.actor, staff_access.session_id
            )

    async def _set_password(
        self, work: UnitOfWork, person: StaffRow, password_hash: str, actor: Actor, session_id: str
    ) -> None:
        """Set a password and end everything begun with an older one, except this session."""
        await STAFF.change(
            work, self._vault, person, password_hash=password_hash, temporary_password=False
        )
        await self._sessions.end_all(work, person.id, but=session_id)
        await self._sessions.withdraw_offer(work, session_id)
        await self._audit.record(
            work, person.clinic_id, actor, Action.PASSWORD_CHANGED, subject_id=person.id
        )

    async def confirm_password(self, staff_access: StaffAccess, password: str) -> StaffRow:
        """Confirm the person's identity before something that matters, and return their row.
        Raises WrongInput, TooMany."""
        tries = (BY_SESSION, staff_access.session_id)
        await self._throttle.check(tries)
        async with self._database.read() as db:
            person = await db.one(_by_id, of=staff_access.staff_id)
        right = person is not None and await self._passwords.fits(password, person.password_hash)
        async with self._database.unit_of_work() as work:
            await self._throttle.check_in(work, tries)
            if person is not None and right:
                await self._throttle.succeeded(work, tries)
                return person
            locked = await self._throttle.failed(work, tries)
            await self._record_failure(work, person, staff_access.address, "password", locked)
        raise WrongInput(
            N_("This is not your password. Nothing was changed."), field="current_password"
        )

    async def record_success(
        self, work: UnitOfWork, person: StaffRow, address: str, method: str
    ) -> None:
        """Write the audit line of a successful sign-in."""
        actor = Actor(ActorKind.STAFF, person.id, address)
        await self._audit.record(
            work,
            person.clinic_id,
            actor,
            Action.SIGN_IN_SUCCEEDED,
            subject_id=person.id,
            method=method,
        )

    async def _find(self, name: str) -> StaffRow | None:
        keys = await self._vault.platform()
        async with self._database.read() as db:
            return await db.one(_by_email, token=keys.token("staff.email", name))

    async def _recognised(self, known: str, staff_id: str) -> str:
        return known_browsers.recognised(await self._vault.platform(), known, staff_id)

    async def _tries_of(self, pending: Pending) -> tuple[Limit, str]:
        browser = await self._recognised(pending.known, pending.staff_id)
        async with self._database.read() as db:
            person = await db.one(_by_id, of=pending.staff_id)
        return for_codes(pending.staff_id, person.password_hash if person else "", browser)

    async def _person(self, work: UnitOfWork, staff_id: str) -> StaffRow:
        """Lock and return somebody who may sign in. Raises NotSignedIn, RecordSealBroken."""
        person = await STAFF.locked(work, self._vault, id=staff_id)
        if person is None or person.disabled:
            raise NotSignedIn
        return person

    async def _same(self, work: UnitOfWork, before: StaffRow) -> StaffRow:
        """Return the person whose password was right, if unchanged since."""
        person = await self._person(work, before.id)
        if person.password_hash != before.password_hash:
            raise WrongInput(_WRONG, field="password")
        return person

    async def check_row(self, staff_id: str) -> None:
        """Like `_check`, for somebody who signs in without a password."""
        async with self._database.read() as db:
            person = await db.one(_by_id, of=staff_id)
        if person is not None:
            await self._check(person)

    async def _check(self, person: StaffRow) -> None:
        """Refuse, and record, a person whose row was changed without the clinic's keys. Raises
        RecordSealBroken."""
        try:
            await STAFF.check(self._vault, person)
        except RecordSealBroken:
            await self._audit.note(
                person.clinic_id, SYSTEM, Action.ROW_REFUSED, subject_id=person.id, table="staff"
            )
            raise

    async def _checked(self, staff_id: str, password: str, personal: tuple[str, ...]) -> str:
        self._passwords.check(password, *personal)
        async with self._database.read() as db:
            person = await db.one(_by_id, of=staff_id)
        if person is not None and await self._passwords.fits(password, person.password_hash):
            raise WrongInput(
                N_("This is the password you have already. Please choose another one."),
                field="new_password",
            )
        return await self._passwords.hashed(password)

    async def _keep_hash_modern(self, person: StaffRow, password: str) -> None:
        if not self._passwords.outdated(person.password_hash):
            return
        better = await self._passwords.hashed(password)
        async with self._database.unit_of_work() as work:
            now = await STAFF.locked(work, self._vault, id=person.id)
            if now is not None and now.password_hash == person.password_hash:
                await STAFF.change(work, self._vault, now, password_hash=better)

    async def _record_failure(
        self, work: UnitOfWork, person: StaffRow | None, address: str, method: str, locked: bool
    ) -> None:
        """Record a failure: a known person's in the clinic's log, any other in the platform's."""
        action = Action.SIGN_IN_LOCKED if locked else Action.SIGN_IN_FAILED
        actor = Actor(ActorKind.UNKNOWN, "", address)
        await self._audit.record(
            work,
            person.clinic_id if person else PLATFORM,
            actor,
            action,
            subject_id=person.id if person else "",
            method=method,
        )


def _after_both(person: StaffRow) -> Stage:
    return Stage.PROVEN if person.temporary_password else Stage.FULL


def _factors(person: StaffRow) -> Factors:
    return Factors(totp=person.totp is not None, passkey=bool(person.has_passkey))
