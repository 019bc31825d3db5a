"""Weights, as a kind of request."""

from dataclasses import dataclass
from typing import Any

from bedside.audit import Action
from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.errors import NotFound
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Row, UnitOfWork
from bedside.people.permissions import ChartAccess, LinkAccess
from bedside.requests import records
from bedside.requests.kinds import FilesHeld, RequestHandling, RequestKind, RequestTools
from bedside.requests.records import Request
from bedside.requests.service import Composed
from bedside.requests.states import State, Step, require


class Weights:
    """Asks for weights, and takes them."""

    def __init__(self, tools: RequestTools) -> None:
        self._tools = tools
        self.answers: dict[str, str] = {}
        """A real kind would seal them in a table of its own."""

    async def send(self, chart: ChartAccess, request_id: str, unit: str) -> str:
        """Ask a patient by SMS. Returns the request's id."""

        async def compose() -> Composed:
            patient = await self._tools.patients.get(chart)
            content = await self._tools.requests.content(chart, patient, ("sms",), unit=unit)
            return Composed(content, file_limit=1, bytes_limit=1_000_000)

        return await self._tools.requests.send(chart, WEIGHTS.key, request_id, compose)

    async def answer(self, link: LinkAccess, weight: str) -> None:
        """Take the patient's answer: the request is done."""
        async with self._tools.database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            if row is None:
                raise NotFound
            require(row.state, Step.STARTED)
            await records.take_step(work, row, Step.STARTED, expected=1)
            row = row._replace(state=State.IN_PROGRESS)
            await records.take_step(work, row, Step.COMPLETED, done_at=clock.now())
            await self._tools.audit.record(
                work,
                row.clinic_id,
                link.actor,
                Action.REQUEST_COMPLETED,
                patient_id=row.patient_id,
                subject_id=row.id,
            )
        self.answers[link.subject_id] = weight

    async def snapshot(self, link: LinkAccess) -> dict[str, Any]:
        """Return the page as data."""
        return {"weight": self.answers.get(link.subject_id, "")}

    async def file_changed(self, work: UnitOfWork, row: Row, link: LinkAccess) -> None:
        """File the photo of the scale at once."""
        for photo in await self._tools.retrieval.held(link, work):
            await self._tools.intake.file_held(work, link, photo.id, "The scale")


@dataclass(frozen=True, slots=True)
class WeightParts:
    """The parts that pages of weights use."""

    weights: Weights
    handling: RequestHandling


def _build(tools: RequestTools) -> WeightParts:
    weights = Weights(tools)
    handling = RequestHandling(snapshot=weights.snapshot, file_changed=weights.file_changed)
    return WeightParts(weights, handling)


def _unit(request: Request) -> str:
    return str(request.content.details["unit"])


def _details(request: Request) -> list[tuple[str, str]]:
    return [("Unit", _unit(request))]


WEIGHTS = RequestKind(
    key="weight",
    prefix="wgt",
    name=N_("Weight"),
    about=_unit,
    details=_details,
    build=_build,
    files=FilesHeld(Channel.PHOTO_REQUEST, Category.OTHER),
)
