"""Signing in: a password, then a second factor where there is one or the clinic asks for one.

An unknown address, a wrong password and a disabled person give one answer, after the same work:
one hash, one transaction with one audit line.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.database.sealed import PLATFORM, Vault
from bedside.database.statements import prepared
from bedside.errors import NotSignedIn, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Row, Transactions, UnitOfWork
from bedside.people.clinics import Clinics
from bedside.people.models import passkeys, staff
from bedside.people.passwords import Passwords
from bedside.people.permissions import StaffAccess
from bedside.people.roles import Role
from bedside.people.sessions import Pending, Sessions, Stage
from bedside.people.staff import sign_in_name
from bedside.people.throttling import BY_ADDRESS, BY_EMAIL, BY_PERSON, Throttle

_WRONG = N_(
    "E-mail address and password do not match. Check both and try again; "
    "your administrator can give you a new password."
)


class Step(StrEnum):
    """What a pending sign-in asks for next."""

    SECOND_FACTOR = "second_factor"
    SET_UP_SECOND_FACTOR = "set_up_second_factor"
    NEW_PASSWORD = "new_password"


@dataclass(frozen=True, slots=True)
class Factors:
    """Which second factors somebody has."""

    totp: bool
    passkey: bool

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return self.totp or self.passkey


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A step that was taken: the session's new token, and how far it has come."""

    token: str
    stage: Stage


_by_email = prepared(
    select(
        staff.c.id,
        staff.c.clinic_id,
        staff.c.role,
        staff.c.password_hash,
        staff.c.temporary_password,
        staff.c.disabled,
        staff.c.totp,
    ).where(staff.c.email_token == bindparam("token"))
)
_by_id = prepared(
    select(
        staff.c.id,
        staff.c.clinic_id,
        staff.c.role,
        staff.c.password_hash,
        staff.c.temporary_password,
        staff.c.disabled,
        staff.c.totp,
    ).where(staff.c.id == bindparam("of"))
)
_has_passkey = prepared(
    select(passkeys.c.credential_id).where(passkeys.c.staff_id == bindparam("of")).limit(1)
)
_set_password = prepared(
    update(staff)
    .where(staff.c.id == bindparam("of"))
    .values(password_hash=bindparam("new_hash"), temporary_password=False)
)
_improve_hash = prepared(
    update(staff)
    .where(staff.c.id == bindparam("of"), staff.c.password_hash == bindparam("old_hash"))
    .values(password_hash=bindparam("new_hash"))
)


class SignIn:
    """Lets staff in, step by step."""

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

    async def with_password(
        self, email: str, password: str, *, address: str, device: str
    ) -> SignedIn:
        """The first step. Raises WrongInput (field `password`) or TooMany."""
        name = sign_in_name(email)
        tries = ((BY_EMAIL, name), (BY_ADDRESS, address))
        await self._throttle.check(*tries)
        person = await self._find(name)
        right = await self._passwords.fits(password, person.password_hash if person else None)
        if person is None or not right or person.disabled:
            async with self._database.unit_of_work() as work:
                await self._throttle.check_in(work, *tries)
                locked = await self._throttle.failed(work, *tries)
                await self._record_failure(work, person, address, "password", locked)
            raise WrongInput(_WRONG, field="password")
        await self._keep_hash_modern(person, password)
        clinic = await self._clinics.get(person.clinic_id)
        factors = await self.factors(person.id)
        stage = Stage.PASSWORD
        if not factors.any and not clinic.options.second_factor_required:
            stage = _after_both(person)
        async with self._database.unit_of_work() as work:
            await self._throttle.check_in(work, *tries)
            await self._throttle.succeeded(work, BY_EMAIL, name)
            token = await self._sessions.begin(
                work,
                person.id,
                person.clinic_id,
                Role(person.role),
                stage,
                device,
                address,
            )
            if stage is Stage.FULL:
                await self.record_success(work, person, address, "password")
        return SignedIn(token, stage)

    async def admit(
        self, work: UnitOfWork, staff_id: str, method: str, *, address: str, device: str
    ) -> SignedIn:
        """Begin a session for somebody who proved both factors at once, as a passkey does."""
        person = await work.one(_by_id, of=staff_id)
        if person is None or person.disabled:
            raise NotSignedIn
        stage = _after_both(person)
        token = await self._sessions.begin(
            work, person.id, person.clinic_id, Role(person.role), stage, device, address
        )
        if stage is Stage.FULL:
            await self.record_success(work, person, address, method)
        return SignedIn(token, stage)

    async def next_step(self, pending: Pending) -> Step:
        """What is asked for now."""
        if pending.stage is Stage.PROVEN:
            return Step.NEW_PASSWORD
        factors = await self.factors(pending.staff_id)
        return Step.SECOND_FACTOR if factors.any else Step.SET_UP_SECOND_FACTOR

    async def factors(self, staff_id: str) -> Factors:
        """Which second factors somebody has."""
        async with self._database.read() as db:
            person = await db.one(_by_id, of=staff_id)
            passkey = await db.one(_has_passkey, of=staff_id)
        return Factors(totp=bool(person and person.totp), passkey=passkey is not None)

    async def proven(self, work: UnitOfWork, pending: Pending, method: str) -> SignedIn:
        """Both factors were right: called by what verified the second one, in its transaction.

        Raises TooMany when wrong ones that were sent at the same time have locked the person.
        """
        await self._throttle.check_in(work, (BY_PERSON, pending.staff_id))
        person = await work.one(_by_id, of=pending.staff_id)
        if person is None or person.disabled:
            raise NotSignedIn
        stage = _after_both(person)
        token = await self._sessions.rise(work, pending, stage)
        await self._throttle.succeeded(work, BY_PERSON, pending.staff_id)
        if stage is Stage.FULL:
            await self.record_success(work, person, pending.address, method)
        return SignedIn(token, stage)

    async def check_tries(self, pending: Pending) -> None:
        """Raises TooMany while second factors of this person are locked."""
        await self._throttle.check((BY_PERSON, pending.staff_id), (BY_ADDRESS, pending.address))

    async def second_factor_failed(self, pending: Pending, method: str) -> None:
        """Count and record a wrong second factor."""
        async with self._database.unit_of_work() as work:
            tries = ((BY_PERSON, pending.staff_id), (BY_ADDRESS, pending.address))
            await self._throttle.check_in(work, *tries)
            locked = await self._throttle.failed(work, *tries)
            person = await work.one(_by_id, of=pending.staff_id)
            await self._record_failure(work, person, pending.address, method, locked)

    async def choose_password(self, pending: Pending, password: str, *personal: str) -> SignedIn:
        """Replace a first password, as the last step. Raises WrongInput."""
        if pending.stage is not Stage.PROVEN:
            raise NotSignedIn
        password_hash = await self._checked(pending.staff_id, password, personal)
        async with self._database.unit_of_work() as work:
            person = await work.one(_by_id, of=pending.staff_id)
            if person is None or person.disabled:
                raise NotSignedIn
            await work.execute(_set_password, of=pending.staff_id, new_hash=password_hash)
            token = await self._sessions.rise(work, pending, Stage.FULL)
            await self._audit.record(
                work,
                pending.clinic_id,
                pending.actor,
                Action.PASSWORD_CHANGED,
                subject_id=pending.staff_id,
            )
            await self.record_success(work, person, pending.address, "password")
        return SignedIn(token, Stage.FULL)

    async def change_password(
        self, staff_access: StaffAccess, current: str, new: str, *personal: str
    ) -> None:
        """Change one's own password; all other sessions end. Raises WrongInput, TooMany."""
        await self.confirm_password(staff_access, current)
        password_hash = await self._checked(staff_access.staff_id, new, personal)
        async with self._database.unit_of_work() as work:
            await work.execute(_set_password, of=staff_access.staff_id, new_hash=password_hash)
            await self._sessions.end_all(work, staff_access.staff_id, but=staff_access.session_id)
            await self._audit.record(
                work,
                staff_access.clinic_id,
                staff_access.actor,
                Action.PASSWORD_CHANGED,
                subject_id=staff_access.staff_id,
            )

    async def confirm_password(self, staff_access: StaffAccess, password: str) -> None:
        """Ask again who it is, before something that matters. Raises WrongInput, TooMany."""
        tries = ((BY_PERSON, staff_access.staff_id), (BY_ADDRESS, staff_access.address))
        await self._throttle.check(*tries)
        async with self._database.read() as db:
            person = await db.one(_by_id, of=staff_access.staff_id)
        right = person is not None and await self._passwords.fits(password, person.password_hash)
        async with self._database.unit_of_work() as work:
            await self._throttle.check_in(work, *tries)
            if right:
                return
            locked = await self._throttle.failed(work, *tries)
            await self._record_failure(work, person, staff_access.address, "password", locked)
        raise WrongInput(
            N_("This is not your password. Nothing was changed."), field="current_password"
        )

    async def record_success(
        self, work: UnitOfWork, person: Row, address: str, method: str
    ) -> None:
        """The audit line of somebody who is in."""
        actor = Actor(ActorKind.STAFF, person.id, address)
        await self._audit.record(
            work,
            person.clinic_id,
            actor,
            Action.SIGN_IN_SUCCEEDED,
            subject_id=person.id,
            method=method,
        )

    async def _find(self, name: str) -> Row | None:
        keys = await self._vault.platform()
        async with self._database.read() as db:
            return await db.one(_by_email, token=keys.token("staff.email", name))

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

    async def _keep_hash_modern(self, person: Row, password: str) -> None:
        if not self._passwords.outdated(person.password_hash):
            return
        better = await self._passwords.hashed(password)
        async with self._database.unit_of_work() as work:
            await work.execute(
                _improve_hash, of=person.id, old_hash=person.password_hash, new_hash=better
            )

    async def _record_failure(
        self, work: UnitOfWork, person: Row | None, address: str, method: str, locked: bool
    ) -> None:
        """A known person's failure stands in the log of the clinic, any other in the platform's."""
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


def _after_both(person: Row) -> Stage:
    return Stage.PROVEN if person.temporary_password else Stage.FULL
