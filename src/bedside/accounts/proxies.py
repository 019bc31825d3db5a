"""Proxies: people whom a patient lets in, or who look after a child, with a login of their own.

An invitation is a link that the patient hands over. Whoever opens it gives the patient's date of
birth, and name and date of birth of their own, which say later whose app it is on a shared phone.
What a proxy sees changes with birthdays and ends by itself (`levels`); a grant that was ended keeps
its row.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, insert, select

from bedside.accounts.access import today
from bedside.accounts.bound import GRANTS
from bedside.accounts.changes import look_at
from bedside.accounts.levels import (
    Change,
    Level,
    Relation,
    changes,
    level_on,
    next_change,
    parts_of,
    unseen_on,
)
from bedside.accounts.models import grants
from bedside.accounts.opening import Accounts, Person
from bedside.accounts.options import AccountOptions
from bedside.accounts.rows import GrantRow
from bedside.accounts.sessions import account_row
from bedside.accounts.sign_in import AccountSignIn, SignedIn, actor_of
from bedside.audit import Action, Actor, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.kinds import LinkKind
from bedside.links.service import Links
from bedside.people import names
from bedside.people.clinics import Clinics
from bedside.people.patients import NO_NAME, Patients
from bedside.people.permissions import (
    AccountAccess,
    ChartAccess,
    LinkAccess,
    NotShared,
    PatientAccess,
    patient_access,
)

PREFIX = "grt"
INVITED_FOR = 3 * clock.DAY
"""How long an invitation is open: it is handed over, not looked for in old messages."""
MOST = 10
"""Proxies of one patient."""
NAME_MAX = 200
LINKS_TO_PROXIES = LinkKind(
    PREFIX,
    checked=Action.PROXY_CHECKED,
    refused=Action.PROXY_REFUSED,
    locked=Action.PROXY_LOCKED,
)
"""Invitations of proxies, as a kind of link."""
_COLUMN = "account_grants.ended_by"
_MONTH = 30 * clock.DAY

_add = prepared(insert(grants))
_of_patient = prepared(
    select(grants).where(grants.c.patient_id == bindparam("patient")).order_by(grants.c.id),
    GrantRow,
)


class TooManyProxies(Conflict):
    """The patient has let many people in already."""

    code = "too_many_proxies"
    sentence = N_("Ten people have access already. End somebody’s access first.")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Somebody who was let in. `name` is "" until they have accepted, `level` what they see today
    (None if a birthday has ended it), `unseen` the categories of files that they do not see. Times
    in milliseconds, `ends_at` 0 if nothing ends it."""

    id: str
    name: str
    relation: Relation
    level: Level | None
    begins_at: int
    ends_at: int
    change: Change | None
    unseen: frozenset[str]

    @property
    def is_over(self) -> bool:
        """Whether they see nothing any more."""
        return self.level is None or 0 < self.ends_at <= clock.now()


class Proxies:
    """Lets people in to a patient's side of the record, and ends it."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        links: Links,
        accounts: Accounts,
        sign_in: AccountSignIn,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._links = links
        self._accounts = accounts
        self._sign_in = sign_in

    # --- by the patient, or by staff for a child -------------------------------------------------

    async def invite(
        self, by: PatientAccess | ChartAccess, relation: Relation, level: Level
    ) -> tuple[str, str]:
        """Prepare access and return its id with the secret of the link to hand over, which is not
        stored. Raises NotShared for a proxy, TooManyProxies."""
        _must_be_own(by)
        options = await self._clinics.options(by.clinic_id, AccountOptions)
        lasts = options.proxy_months * _MONTH if relation is Relation.CARER else 0
        grant_id, keys = new_id(PREFIX), await self._vault.clinic(by.clinic_id)
        async with self._database.unit_of_work() as work:
            await work.lock(f"proxies:{by.patient_id}")
            there = await work.all(_of_patient, patient=by.patient_id)
            if sum(_is_open(row) for row in there) >= MOST:
                raise TooManyProxies
            placeholder = await self._accounts.of_proxy(
                work, by.clinic_id, by.patient_id, Person("", None), by.actor
            )
            values = {
                "id": grant_id,
                "clinic_id": by.clinic_id,
                "account_id": placeholder.id,
                "patient_id": by.patient_id,
                "relation": str(relation),
                "level": str(level),
                "begins_at": 0,
                "ends_at": clock.now() + lasts if lasts else 0,
                "ended_by": None,
            }
            await work.execute(_add, **GRANTS.bound(keys, values))
            until = clock.now() + INVITED_FOR
            secret = await self._links.issue(work, by.clinic_id, by.patient_id, grant_id, until)
            await self._note(
                work, by.clinic_id, by.actor, Action.PROXY_INVITED, by.patient_id, grant_id
            )
        return grant_id, secret

    async def of_patient(self, by: PatientAccess | ChartAccess) -> list[Proxy]:
        """Return everybody who was let in and has not been ended, the oldest first. Raises
        NotShared for a proxy."""
        _must_be_own(by)
        return await self._listed(by)

    async def _listed(self, by: PatientAccess | ChartAccess) -> list[Proxy]:
        options = await self._clinics.options(by.clinic_id, AccountOptions)
        clinic = await self._clinics.get(by.clinic_id)
        born = await self._patients.birth_date(by.clinic_id, by.patient_id)
        zone, keys = clinic.options.time_zone, await self._vault.clinic(by.clinic_id)
        day = today(zone)
        async with self._database.read() as db:
            rows = await db.all(_of_patient, patient=by.patient_id)
            accounts = {row.account_id: await account_row(db, row.account_id) for row in rows}
        found: list[Proxy] = []
        for row in rows:
            account = accounts[row.account_id]
            if row.ended_by is not None or account is None or not GRANTS.holds(keys, row):
                continue
            person = await self._accounts.behind(account)
            relation, level = Relation(row.relation), Level(row.level)
            ends_on = clock.in_zone(zone, row.ends_at).date() if row.ends_at else None
            found.append(
                Proxy(
                    row.id,
                    person.name if row.begins_at else "",
                    relation,
                    level_on(relation, level, born, day, options),
                    row.begins_at,
                    row.ends_at,
                    next_change(changes(relation, level, born, ends_on, options), day),
                    unseen_on(relation, born, day, options),
                )
            )
        return found

    async def own(self, side: PatientAccess) -> Proxy | None:
        """Return a proxy's own access, None for the patient."""
        found = await self._listed(side) if side.viewer else []
        return next((one for one in found if one.id == side.viewer), None)

    async def seen_by(self, by: PatientAccess, grant_id: str) -> tuple[Proxy, PatientAccess]:
        """Return a proxy, and the patient's own side with no more parts than the proxy sees: for a
        preview. Raises NotShared, NotFound."""
        _must_be_own(by)
        for one in await self.of_patient(by):
            if one.id == grant_id:
                parts = parts_of(one.level)
                return one, patient_access(by.account, by.patient_id, parts, one.id, *one.unseen)
        raise NotFound

    async def end(self, by: PatientAccess | ChartAccess, grant_id: str) -> None:
        """End somebody's access at once, or take an invitation back. Raises NotShared, NotFound."""
        _must_be_own(by)
        await self._end(by.clinic_id, by.patient_id, by.actor, grant_id)

    async def give_up(self, account: AccountAccess, patient_id: str) -> None:
        """End one's own access to somebody else's record. Raises NotFound."""
        async with self._database.read() as db:
            rows = await db.all(_of_patient, patient=patient_id)
        mine = [row for row in rows if row.account_id == account.account_id and _is_open(row)]
        if not mine:
            raise NotFound
        for row in mine:
            await self._end(account.clinic_id, patient_id, account.actor, row.id)

    async def renew(self, by: PatientAccess, grant_id: str) -> None:
        """Let somebody's access begin its time again, also after it has ended by itself; a parent
        whose child is grown up goes on as somebody whom the patient trusts. Only the patient does.
        Raises NotShared, NotFound, Conflict if somebody ended it."""
        _must_be_own(by)
        options = await self._clinics.options(by.clinic_id, AccountOptions)
        born = await self._patients.birth_date(by.clinic_id, by.patient_id)
        day = today((await self._clinics.get(by.clinic_id)).options.time_zone)
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, by.clinic_id, by.patient_id, grant_id, over=True)
            relation, level = Relation(row.relation), Level(row.level)
            if level_on(relation, level, born, day, options) is None:
                relation = Relation.CARER
            lasts = relation is Relation.CARER or row.ends_at
            until = clock.now() + options.proxy_months * _MONTH if lasts else 0
            await GRANTS.change(work, self._vault, row, ends_at=until, relation=str(relation))
            await self._note(
                work, by.clinic_id, by.actor, Action.PROXY_CHANGED, by.patient_id, grant_id
            )

    async def change(self, by: PatientAccess | ChartAccess, grant_id: str, level: Level) -> None:
        """Change how much somebody sees. Raises NotShared, NotFound."""
        _must_be_own(by)
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, by.clinic_id, by.patient_id, grant_id)
            await GRANTS.change(work, self._vault, row, level=str(level))
            await self._note(
                work, by.clinic_id, by.actor, Action.PROXY_CHANGED, by.patient_id, grant_id
            )

    # --- by the proxy --------------------------------------------------------------------------

    async def accept(
        self, link: LinkAccess, who: Person, address: str, *, device: str, own: bool
    ) -> SignedIn:
        """Take an invitation with a name, a date of birth and an address of one's own: the first
        time only. `address` is the network's.

        Raises WrongInput for a name that cannot be read, Conflict if it was taken or ended.
        """
        cleaned = names.cleaned(one_line(who.name))
        if not cleaned or not names.is_name(cleaned) or len(cleaned) > NAME_MAX:
            raise WrongInput(NO_NAME, field="name")
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, link.clinic_id, link.patient_id, link.subject_id)
            account = await account_row(work, row.account_id)
            if row.begins_at or account is None:
                raise Conflict(N_("This invitation was used already. Sign in to the app instead."))
            await GRANTS.change(work, self._vault, row, begins_at=clock.now())
            await self._accounts.name(work, account, replace(who, name=cleaned))
            await self._links.revoke(work, link.subject_id)
            actor = actor_of(account, address)
            await self._note(
                work, link.clinic_id, actor, Action.PROXY_ADDED, link.patient_id, row.id
            )
            return await self._sign_in.admit(work, account, "link", address, device=device, own=own)

    async def accept_as(self, link: LinkAccess, account: AccountAccess) -> None:
        """Take an invitation with an account that is there already, such as that of a parent who is
        a patient too. Raises Conflict if it was taken or ended, or is one's own."""
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, link.clinic_id, link.patient_id, link.subject_id)
            if row.begins_at or account.own_patient_id == link.patient_id:
                raise Conflict(N_("This invitation was used already. Sign in to the app instead."))
            await GRANTS.change(
                work, self._vault, row, account_id=account.account_id, begins_at=clock.now()
            )
            await self._links.revoke(work, link.subject_id)
            await self._note(
                work, link.clinic_id, account.actor, Action.PROXY_ADDED, link.patient_id, row.id
            )

    # --- shared --------------------------------------------------------------------------------

    async def _locked(
        self,
        work: UnitOfWork,
        clinic_id: str,
        patient_id: str,
        grant_id: str,
        *,
        over: bool = False,
    ) -> GrantRow:
        """Lock a grant that nobody has ended; with `over`, also one that has ended by itself."""
        row = await GRANTS.locked(work, self._vault, id=grant_id)
        if row is None or (row.clinic_id, row.patient_id) != (clinic_id, patient_id):
            raise NotFound
        if row.ended_by is not None or not (over or _is_open(row)):
            raise Conflict
        return row

    async def _end(self, clinic_id: str, patient_id: str, actor: Actor, grant_id: str) -> None:
        keys = await self._vault.clinic(clinic_id)
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, clinic_id, patient_id, grant_id)
            by: dict[str, Any] = {"kind": str(actor.kind), "id": actor.id}
            await GRANTS.change(
                work,
                self._vault,
                row,
                ends_at=clock.now(),
                ended_by=keys.seal(_COLUMN, row.id, by),
            )
            await self._links.revoke(work, grant_id)
            await self._note(work, clinic_id, actor, Action.PROXY_ENDED, patient_id, grant_id)

    async def _note(
        self,
        work: UnitOfWork,
        clinic_id: str,
        actor: Actor,
        action: Action,
        patient_id: str,
        grant_id: str,
    ) -> None:
        await self._audit.record(
            work, clinic_id, actor, action, patient_id=patient_id, subject_id=grant_id
        )
        look_at(work, grant_id)


def _must_be_own(by: PatientAccess | ChartAccess) -> None:
    """Raise NotShared for a proxy: nobody hands on access that was given to them."""
    if isinstance(by, PatientAccess) and by.is_proxy:
        raise NotShared


def _is_open(row: GrantRow) -> bool:
    return row.ended_by is None and (not row.ends_at or row.ends_at > clock.now())
