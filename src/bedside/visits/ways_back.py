"""Links that lead back to a visit in progress, for patients who have lost its page: on any device,
after the date of birth.

The link goes to the patient's own number or address. That of a family is shared, so the link opens
nothing by itself.
"""

import hmac
from datetime import date

from sqlalchemy import bindparam, select

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import NotSignedIn, TooMany, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_secret
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.patients import SEALED_PATIENTS
from bedside.people.throttling import Bucket, Throttle
from bedside.visits import rows
from bedside.visits.devices import DeviceRow, add_device, add_way_back, way_back
from bedside.visits.models import visits
from bedside.visits.states import State

WRONG_ANSWERS = Bucket("throttle.way_back", holds=5, every=3 * clock.HOUR)
"""Wrong dates of birth for one visit, over all its links."""
_NOT_THE_DATE = N_("This is not the date of birth that we have. Check it, and try again.")
_TOO_MANY = N_(
    "The date of birth was wrong too many times, so nobody can come back by a link now. This "
    "protects you. The page that checked in still works; or call the clinic."
)
_born = prepared(
    select(*visits.c, SEALED_PATIENTS.c.person)
    .select_from(
        visits.outerjoin(SEALED_PATIENTS, SEALED_PATIENTS.c.patient == visits.c.patient_id)
    )
    .where(visits.c.id == bindparam("of"))
)


class WaysBack:
    """Makes such links, and lets devices in by them."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, throttle: Throttle
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._throttle = throttle

    async def issue(self, work: UnitOfWork, keys: ClinicKeys, visit_id: str) -> str:
        """Return the secret of a new link to a visit; "" if no date of birth is known for it, so
        that no answer would be right."""
        if await self._born(work, keys, visit_id) is None:
            return ""
        secret = new_secret()
        await add_way_back(work, keys, visit_id, secret)
        return secret

    async def clinic_of(self, secret: str, visit_id: str) -> str:
        """Return the clinic of a link that leads back to this visit; "" for another link."""
        async with self._database.read() as db:
            found = await way_back(db, self._vault, secret)
        return found.clinic_id if found and found.id == visit_id else ""

    async def answer(self, secret: str, visit_id: str, born: date, address: str) -> str:
        """Let a device in that gives the right date of birth. Returns its token.

        Raises NotSignedIn for another link, or a visit that has ended; WrongInput for another
        date; TooMany after too many of these.
        """
        token = ""
        async with self._database.unit_of_work() as work:
            found = await way_back(work, self._vault, secret)
            if found is None or found.id != visit_id or found.state == State.ENDED:
                raise NotSignedIn
            await self._must_not_guess(work, visit_id)
            keys = await self._vault.clinic(found.clinic_id)
            known = await self._born(work, keys, visit_id)
            right = known.isoformat() if known else "not known"
            if hmac.compare_digest(born.isoformat(), right):
                token = new_secret()
                await add_device(work, keys, visit_id, token)
            else:
                await self._throttle.fill(work, WRONG_ANSWERS, visit_id)
            await self._note(work, found, address, fits=bool(token))
        if not token:
            raise WrongInput(_NOT_THE_DATE, field="birth")
        return token

    async def _must_not_guess(self, work: UnitOfWork, visit_id: str) -> None:
        """Raise TooMany after too many wrong dates."""
        try:
            await self._throttle.check_in(work, (WRONG_ANSWERS, visit_id))
        except TooMany as error:
            raise TooMany(_TOO_MANY, retry_after=error.retry_after) from None

    async def _born(self, reader: Reader, keys: ClinicKeys, visit_id: str) -> date | None:
        row = await reader.one(_born, of=visit_id)
        return rows.birth_date_in(keys, row) if row is not None else None

    async def _note(self, work: UnitOfWork, found: DeviceRow, address: str, *, fits: bool) -> None:
        patient = Actor(ActorKind.PATIENT, found.patient_id or found.id, address)
        await self._audit.record(
            work,
            found.clinic_id,
            patient if fits else Actor(ActorKind.UNKNOWN, "", address),
            Action.VISIT_CAME_BACK if fits else Action.VISIT_REFUSED,
            patient_id=found.patient_id,
            subject_id=found.id,
        )
