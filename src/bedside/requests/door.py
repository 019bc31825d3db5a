"""Effects of an answer on a link's page on the request behind it."""

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.kernel import clock
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.links.kinds import LinkKind
from bedside.links.records import Answer
from bedside.people.phone_numbers import PhoneNumbers
from bedside.requests import records
from bedside.requests.kinds import AnyRequestKind
from bedside.requests.records import Reported, RequestRow
from bedside.requests.states import Step


class RequestDoor:
    """Advances a request when its patient's device gets access, or its link is locked."""

    def __init__(self, audit: AuditLog, numbers: PhoneNumbers) -> None:
        self._audit = audit
        self._numbers = numbers

    def link_kind(self, kind: AnyRequestKind) -> LinkKind:
        """Return the kind of links to requests of a kind."""
        return LinkKind(
            kind.prefix,
            checked=Action.REQUEST_CHECKED,
            refused=Action.REQUEST_REFUSED,
            locked=Action.REQUEST_LOCKED,
            answered=self.answered,
            part=kind.part,
            stays=kind.stays,
        )

    async def answered(self, work: UnitOfWork, answer: Answer, address: str) -> None:
        """Handle an answer. Invitations of earlier versions are no requests: nothing changes."""
        row = await records.locked(work, answer.link.subject_id)
        if row is None:
            return
        if answer.let_in:
            await self._let_in(work, row, address)
        elif answer.locked_now:
            await records.take_step(work, row, Step.LOCKED)

    async def _let_in(self, work: UnitOfWork, row: RequestRow, address: str) -> None:
        first = not row.opened_at
        if row.reported == Reported.WRONG_PERSON:
            await self._numbers.trust(work, row.clinic_id, row.patient_id)
        opened_at = row.opened_at or clock.now()
        await records.take_step(
            work, row, Step.LET_IN, opened_at=opened_at, reported=Reported.NOTHING
        )
        if first:
            await self._audit.record(
                work,
                row.clinic_id,
                Actor(ActorKind.PATIENT, row.patient_id, address),
                Action.REQUEST_OPENED,
                patient_id=row.patient_id,
                subject_id=row.id,
            )
