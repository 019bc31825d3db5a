"""Staff: the people of a clinic who sign in, and their assignments."""

import unicodedata
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import bindparam, insert, or_, select, update

from bedside.audit import Action, Actor, AuditLog
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import Among, prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock, language
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people import names
from bedside.people.assignments import ASSIGN_STAFF, UNASSIGN_STAFF
from bedside.people.bound import STAFF, STAFF_ASSIGNMENTS
from bedside.people.models import patients, staff, staff_assignments, teams
from bedside.people.passwords import Passwords
from bedside.people.permissions import AuditAccess, ClinicAccess, StaffAccess
from bedside.people.roles import Role
from bedside.people.rows import StaffRow
from bedside.people.sessions import Sessions

_COLUMN = "staff.record"
_CARDS_KEPT_FOR = 5 * clock.SECOND


class Person(BaseModel):
    """Somebody to be added: their name as patients read it, and the e-mail address they sign in
    with."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=120)
    email: str = Field(min_length=3, max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")
    role: Role

    @field_validator("name", mode="before")
    @classmethod
    def _readable(cls, name: str) -> str:
        """Return a name without what cannot be seen, "" if nothing can be read."""
        return names.cleaned(name) if names.is_name(name) else ""


class Member(BaseModel):
    """A member of staff as colleagues see them."""

    model_config = ConfigDict(frozen=True)

    id: str
    clinic_id: str
    name: str
    email: str
    role: Role
    disabled: bool
    second_factors: tuple[str, ...] = ()
    """Of “totp” and “passkey”."""
    language: str = ""
    """The language they have chosen, "" for the clinic's."""


def sign_in_name(email: str) -> str:
    """Normalise an e-mail address for looking it up: without case, in one Unicode form."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


class MemberRow(NamedTuple):
    """The columns of a member of staff that are shown."""

    id: str
    clinic_id: str
    role: str
    record: bytes
    disabled: bool
    totp: bytes | None
    has_passkey: bool


_columns = (
    staff.c.id,
    staff.c.clinic_id,
    staff.c.role,
    staff.c.record,
    staff.c.disabled,
    staff.c.totp,
    staff.c.has_passkey,
)
_by_id = prepared(
    select(*_columns).where(
        staff.c.id == bindparam("of"), staff.c.clinic_id == bindparam("clinic")
    ),
    MemberRow,
)
_of_clinic = prepared(select(*_columns).where(staff.c.clinic_id == bindparam("clinic")), MemberRow)
_assigned = prepared(
    select(*_columns)
    .select_from(staff.join(staff_assignments, staff_assignments.c.staff_id == staff.c.id))
    .where(
        staff.c.clinic_id == bindparam("clinic"),
        staff_assignments.c.target_id == bindparam("target"),
        ~staff.c.disabled,
    ),
    MemberRow,
)
_named = Among(
    lambda ids: select(*_columns).where(
        staff.c.clinic_id == bindparam("clinic"), staff.c.id.in_(ids)
    ),
    MemberRow,
)
_taken = prepared(select(staff.c.id).where(staff.c.email_token == bindparam("token")))
_add = prepared(insert(staff))
_set_record = prepared(
    update(staff).where(staff.c.id == bindparam("of")).values(record=bindparam("sealed"))
)
_administrators = prepared(
    select(staff.c.id)
    .where(
        staff.c.clinic_id == bindparam("clinic"),
        staff.c.role == str(Role.ADMINISTRATOR),
        ~staff.c.disabled,
    )
    .with_for_update()
)
_in_groups = prepared(
    select(staff_assignments.c.staff_id, staff_assignments.c.target_id)
    .select_from(teams.join(staff_assignments, staff_assignments.c.target_id == teams.c.id))
    .where(teams.c.clinic_id == bindparam("clinic"))
)
_targets = prepared(
    select(staff_assignments.c.target_id).where(
        staff_assignments.c.staff_id == bindparam("staff"),
        staff_assignments.c.clinic_id == bindparam("clinic"),
    )
)
_is_target = prepared(
    select(staff.c.id).where(
        staff.c.id == bindparam("of"),
        staff.c.clinic_id == bindparam("clinic"),
        or_(
            select(teams.c.id)
            .where(teams.c.id == bindparam("target"), teams.c.clinic_id == bindparam("clinic"))
            .exists(),
            select(patients.c.id)
            .where(
                patients.c.id == bindparam("target"), patients.c.clinic_id == bindparam("clinic")
            )
            .exists(),
        ),
    )
)


class Staff:
    """Adds, changes and looks up staff."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        passwords: Passwords,
        sessions: Sessions,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._passwords = passwords
        self._sessions = sessions
        self._cards: dict[str, tuple[int, Member]] = {}

    async def browser_key(self, staff: StaffAccess) -> str:
        """Return the key, in hexadecimal, with which a person's browser encrypts what it keeps for
        them: only pages that are theirs carry it."""
        keys = await self._vault.clinic(staff.clinic_id)
        return keys.browser_key(staff.staff_id).hex()

    # --- adding and changing ---------------------------------------------------------------

    async def add(self, clinic: ClinicAccess, person: Person, password: str) -> Member:
        """Add a colleague with a first password, which has to be changed on the first sign-in.

        Raises WrongInput if the address already signs in here or the password is too easy.
        """
        self._passwords.check(password, person.name, person.email)
        password_hash = await self._passwords.hashed(password)
        async with self._database.unit_of_work() as work:
            return await self.install(
                work, clinic.actor, clinic.clinic_id, person, password_hash, temporary=True
            )

    async def install(
        self,
        work: UnitOfWork,
        actor: Actor,
        clinic_id: str,
        person: Person,
        password_hash: str,
        *,
        temporary: bool = False,
    ) -> Member:
        """Put somebody into a clinic, for set-up and demonstration, where nobody can be asked.

        `password_hash` is made by `Passwords.hashed` beforehand, because that takes long. Raises
        WrongInput if the e-mail address is in use.
        """
        platform = await self._vault.platform()
        keys = await self._vault.clinic(clinic_id)
        email_token = platform.token("staff.email", sign_in_name(person.email))
        if await work.one(_taken, token=email_token):
            raise WrongInput(N_("Somebody signs in with this address already."), field="email")
        staff_id = new_id("stf")
        row = {
            "id": staff_id,
            "clinic_id": clinic_id,
            "email_token": email_token,
            "role": str(person.role),
            "record": keys.seal(_COLUMN, staff_id, {"name": person.name, "email": person.email}),
            "password_hash": password_hash,
            "temporary_password": temporary,
            "totp": None,
            "totp_last_step": 0,
            "disabled": False,
            "created_at": clock.now(),
            "has_passkey": False,
        }
        await work.execute(_add, **STAFF.bound(keys, row))
        await self._audit.record(
            work, clinic_id, actor, Action.STAFF_ADDED, subject_id=staff_id, role=str(person.role)
        )
        return Member(
            id=staff_id,
            clinic_id=clinic_id,
            name=person.name,
            email=person.email,
            role=person.role,
            disabled=False,
        )

    async def change_role(self, clinic: ClinicAccess, staff_id: str, role: Role) -> None:
        """Assign another role; it applies to open sessions too. Raises NotFound, or Conflict if
        nobody would be left to administer the clinic."""
        async with self._database.unit_of_work() as work:
            if role is not Role.ADMINISTRATOR:
                await self._keep_an_administrator(work, clinic, staff_id)
            row = await self._locked(work, clinic, staff_id)
            await STAFF.change(work, self._vault, row, role=str(role))
            await self._sessions.change_role(work, staff_id, role)
            await self._changed(work, clinic, staff_id, Action.STAFF_CHANGED, role=str(role))

    async def choose_language(self, staff: StaffAccess, code: str) -> None:
        """Set one's own language for pages and messages, "" for the clinic's. Raises WrongInput
        for one without a catalogue."""
        if code and not language.is_spoken(code):
            raise WrongInput(N_("Please choose a language."), field="language")
        keys = await self._vault.clinic(staff.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await STAFF.locked(work, self._vault, id=staff.staff_id)
            if row is None:
                raise NotFound
            known = keys.unseal(_COLUMN, row.id, row.record)
            record = {**known, "language": code}
            await work.execute(_set_record, of=row.id, sealed=keys.seal(_COLUMN, row.id, record))
            work.after_commit(lambda: self._forget(staff.staff_id))

    async def disable(self, clinic: ClinicAccess, staff_id: str) -> None:
        """Disable somebody, and end their sessions. Raises NotFound, or Conflict for the last
        administrator."""
        async with self._database.unit_of_work() as work:
            await self._keep_an_administrator(work, clinic, staff_id)
            await self._set_disabled(work, clinic, staff_id, True)
            await self._sessions.end_all(work, staff_id)
            await self._changed(work, clinic, staff_id, Action.STAFF_DISABLED)

    async def enable(self, clinic: ClinicAccess, staff_id: str) -> None:
        """Enable somebody again. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            await self._set_disabled(work, clinic, staff_id, False)
            await self._changed(work, clinic, staff_id, Action.STAFF_CHANGED, enabled=True)

    async def give_password(self, clinic: ClinicAccess, staff_id: str, password: str) -> None:
        """Set a new first password for somebody who lost theirs; ends their sessions.

        Raises NotFound, or WrongInput for a password that is too easy.
        """
        member = await self.get(clinic.clinic_id, staff_id)
        self._passwords.check(password, member.name, member.email)
        password_hash = await self._passwords.hashed(password)
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, clinic, staff_id)
            await STAFF.change(
                work, self._vault, row, password_hash=password_hash, temporary_password=True
            )
            await self._sessions.end_all(work, staff_id)
            await self._changed(work, clinic, staff_id, Action.PASSWORD_CHANGED)

    async def _set_disabled(
        self, work: UnitOfWork, clinic: ClinicAccess, staff_id: str, disabled: bool
    ) -> None:
        row = await self._locked(work, clinic, staff_id)
        await STAFF.change(work, self._vault, row, disabled=disabled)

    async def _locked(self, work: UnitOfWork, clinic: ClinicAccess, staff_id: str) -> StaffRow:
        """Lock and return a member of staff. Raises NotFound, RecordSealBroken."""
        row = await STAFF.locked(work, self._vault, id=staff_id)
        if row is None or row.clinic_id != clinic.clinic_id:
            raise NotFound
        return row

    async def _keep_an_administrator(
        self, work: UnitOfWork, clinic: ClinicAccess, staff_id: str
    ) -> None:
        rows = await work.all(_administrators, clinic=clinic.clinic_id)
        if [row.id for row in rows] == [staff_id]:
            raise Conflict(
                N_(
                    "This is the only administrator. Make somebody else an administrator first. "
                    "Nothing was changed."
                )
            )

    async def _changed(
        self, work: UnitOfWork, clinic: ClinicAccess, staff_id: str, action: Action, **details: Any
    ) -> None:
        await self._audit.record(
            work, clinic.clinic_id, clinic.actor, action, subject_id=staff_id, **details
        )
        work.after_commit(lambda: self._forget(staff_id))

    # --- assignments -----------------------------------------------------------------------

    async def assign(self, clinic: ClinicAccess, staff_id: str, target_id: str) -> None:
        """Assign somebody to a team, a room or a single patient of the clinic. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            await self.install_assignment(work, clinic.actor, clinic.clinic_id, staff_id, target_id)

    async def install_assignment(
        self, work: UnitOfWork, actor: Actor, clinic_id: str, staff_id: str, target_id: str
    ) -> None:
        """Like `assign`, for set-up and demonstration. Raises NotFound."""
        if not await work.one(_is_target, of=staff_id, target=target_id, clinic=clinic_id):
            raise NotFound
        row = {"staff_id": staff_id, "target_id": target_id, "clinic_id": clinic_id}
        keys = await self._vault.clinic(clinic_id)
        done = await work.execute(ASSIGN_STAFF, **STAFF_ASSIGNMENTS.bound(keys, row))
        if done:
            await self._audit.record(
                work,
                clinic_id,
                actor,
                Action.STAFF_ASSIGNED,
                subject_id=staff_id,
                **_target(target_id),
            )

    async def unassign(self, clinic: ClinicAccess, staff_id: str, target_id: str) -> None:
        """Undo an assignment. Raises NotFound if there was none."""
        async with self._database.unit_of_work() as work:
            done = await work.execute(
                UNASSIGN_STAFF, of=staff_id, target=target_id, clinic=clinic.clinic_id
            )
            if not done:
                raise NotFound
            await self._audit.record(
                work,
                clinic.clinic_id,
                clinic.actor,
                Action.STAFF_UNASSIGNED,
                subject_id=staff_id,
                **_target(target_id),
            )

    async def targets_of(self, clinic: ClinicAccess, staff_id: str) -> set[str]:
        """Return the ids of the teams, rooms and patients that somebody is assigned to."""
        async with self._database.read() as db:
            rows = await db.all(_targets, clinic=clinic.clinic_id, staff=staff_id)
        return {row.target_id for row in rows}

    async def by_groups(self, clinic: ClinicAccess) -> dict[str, list[str]]:
        """Return the ids of teams and rooms by the id of the staff assigned to them. Patients are
        left out, of whom there may be tens of thousands."""
        async with self._database.read() as db:
            rows = await db.all(_in_groups, clinic=clinic.clinic_id)
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row.staff_id, []).append(row.target_id)
        return found

    # --- looking up --------------------------------------------------------------------------

    async def listed(self, clinic: ClinicAccess) -> list[Member]:
        """Return everybody of the clinic, by name; disabled ones at the end."""
        keys = await self._vault.clinic(clinic.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_clinic, clinic=clinic.clinic_id)
        members = [_opened(keys, row) for row in rows]
        return sorted(members, key=lambda m: (m.disabled, m.name.casefold()))

    async def administrators(self, clinic_id: str) -> list[Member]:
        """Return those who may sign in as administrators, by name; for the operator."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_clinic, clinic=clinic_id)
        found = [_opened(keys, row) for row in rows if row.role == Role.ADMINISTRATOR]
        return sorted((m for m in found if not m.disabled), key=lambda m: m.name.casefold())

    async def of_log(self, audit: AuditAccess) -> list[tuple[str, str]]:
        """Return (id, name) of everybody, former colleagues too, for filtering the audit log."""
        keys = await self._vault.clinic(audit.clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_clinic, clinic=audit.clinic_id)
        members = [_opened(keys, row) for row in rows]
        return sorted(((m.id, m.name) for m in members), key=lambda pair: pair[1].casefold())

    async def get(self, clinic_id: str, staff_id: str) -> Member:
        """Return one colleague of a clinic. Raises NotFound. Cached for a few seconds."""
        kept = self._cards.get(staff_id)
        if kept and kept[0] > clock.now() and kept[1].clinic_id == clinic_id:
            return kept[1]
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            row = await db.one(_by_id, of=staff_id, clinic=clinic_id)
        if row is None:
            raise NotFound
        member = _opened(keys, row)
        self._cards[staff_id] = (clock.now() + _CARDS_KEPT_FOR, member)
        return member

    async def assigned(self, clinic_id: str, target_id: str) -> list[Member]:
        """Return everybody assigned to a team or room who may sign in, by name."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_assigned, clinic=clinic_id, target=target_id)
        return sorted((_opened(keys, row) for row in rows), key=lambda m: m.name.casefold())

    async def named(self, clinic_id: str, staff_ids: set[str]) -> dict[str, str]:
        """Return names for ids of one clinic; ids of others are left out."""
        if not staff_ids:
            return {}
        keys = await self._vault.clinic(clinic_id)
        wanted, among = _named.of(sorted(staff_ids))
        async with self._database.read() as db:
            rows = await db.all(wanted, clinic=clinic_id, **among)
        return {row.id: _opened(keys, row).name for row in rows}

    async def colleagues(self, clinic_id: str) -> dict[str, str]:
        """Return the names of everybody of a clinic who can sign in, by id, sorted by name."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            rows = await db.all(_of_clinic, clinic=clinic_id)
        names = {row.id: _opened(keys, row).name for row in rows if not row.disabled}
        return dict(sorted(names.items(), key=lambda one: one[1].casefold()))

    def _forget(self, staff_id: str) -> None:
        self._cards.pop(staff_id, None)


def _opened(keys: ClinicKeys, row: MemberRow) -> Member:
    record = keys.unseal(_COLUMN, row.id, row.record)
    factors = [("totp", row.totp is not None), ("passkey", bool(row.has_passkey))]
    return Member(
        id=row.id,
        clinic_id=row.clinic_id,
        name=record["name"],
        email=record["email"],
        role=Role(row.role),
        disabled=bool(row.disabled),
        second_factors=tuple(name for name, there in factors if there),
        language=record.get("language", ""),
    )


def _target(target_id: str) -> dict[str, str]:
    """Put a patient into the audit log's column for patients, anything else into details."""
    if target_id.startswith("pat_"):
        return {"patient_id": target_id}
    return {"target": target_id}
