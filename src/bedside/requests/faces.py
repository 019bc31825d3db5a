"""The public view of a request on the page of its link, before the date of birth, and reports to
the clinic from there."""

from dataclasses import dataclass

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.database.sealed import Vault
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions
from bedside.links.records import Link, LinkState
from bedside.links.service import Links
from bedside.people.clinics import Clinic, Clinics
from bedside.people.phone_numbers import PhoneNumbers
from bedside.requests import records
from bedside.requests.records import Reported, Request
from bedside.requests.states import State


@dataclass(frozen=True, slots=True)
class Face:
    """The public view of a request, before the date of birth: the clinic, and the person asking."""

    link: Link
    clinic: Clinic
    request: Request


class RequestFaces:
    """Shows a request to anybody who has its link. Looking changes nothing."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        links: Links,
        numbers: PhoneNumbers,
    ) -> None:
        self._numbers = numbers
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._links = links

    async def of(self, link: Link) -> Face:
        """Return what the page of this link shows. Raises NotFound."""
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=link.subject_id)
        if row is None:
            raise NotFound
        request = records.opened(await self._vault.clinic(row.clinic_id), row)
        return Face(link, await self._clinics.get(link.clinic_id), request)

    async def report(self, link: Link, report: Reported, address: str) -> None:
        """Record what somebody with a link reports to the clinic. Idempotent.

        A new link can be requested once this one is closed.
        """
        if report is Reported.NEW_LINK and link.state is LinkState.OPEN:
            return
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            if row is None or row.reported == report or row.state == State.DONE:
                return
            await records.save(work, row, reported=report, reported_at=clock.now())
            if report is Reported.WRONG_PERSON:
                keys = await self._vault.clinic(row.clinic_id)
                sent_to = tuple(records.opened(keys, row).content.to.values())
                await self._numbers.doubt(work, row.clinic_id, row.patient_id, sent_to)
            await self._audit.record(
                work,
                row.clinic_id,
                Actor(ActorKind.UNKNOWN, "", address),
                Action.REQUEST_ANSWERED,
                patient_id=row.patient_id,
                subject_id=row.id,
                report=report,
            )
