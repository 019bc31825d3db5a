"""From the patient's agreement to the chart, and what happens to photos when a request ends."""

from dataclasses import dataclass
from typing import Any

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import Vault
from bedside.files.intake import Intake
from bedside.files.retrieval import HeldFile, Retrieval
from bedside.files.states import FileState
from bedside.files.uploads import Uploads
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.kernel.unit_of_work import Row, Transactions, UnitOfWork
from bedside.people.clinics import Clinics
from bedside.people.links import Links
from bedside.people.messenger import Messenger
from bedside.people.permissions import LinkAccess
from bedside.people.wording import in_language
from bedside.requests import records, texts
from bedside.requests.messages import send_letter
from bedside.requests.states import State, Step

SETTLE = "request.settle"
EXPIRE = "request.expire"
CLEAR_UP = "request.clear_up"

_SOON = 5 * clock.SECOND
_LATER = 30 * clock.MINUTE

DESTROYED = frozenset({FileState.REFUSED, FileState.INFECTED})


@dataclass(frozen=True, slots=True)
class Held:
    """What a request holds now: photos that can be filed, those that wait for their scan, and how
    many were turned away (refused on arrival, or destroyed after the scan)."""

    ready: tuple[HeldFile, ...]
    waiting: tuple[HeldFile, ...]
    turned_away: int


class Filing:
    """Files what patients agreed to send, as it becomes complete."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        links: Links,
        intake: Intake,
        uploads: Uploads,
        retrieval: Retrieval,
        messenger: Messenger,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._links = links
        self._intake = intake
        self._uploads = uploads
        self._retrieval = retrieval
        self._messenger = messenger

    async def held(self, link: LinkAccess) -> Held:
        """Sort what the request of this link holds."""
        files = await self._retrieval.held(link)
        refused = await self._uploads.refused(link)
        destroyed = [file for file in files if file.state in DESTROYED]
        return Held(
            tuple(f for f in files if f.state in (FileState.FILED, FileState.UNSCANNED)),
            tuple(f for f in files if f.state == FileState.SCANNING),
            len(destroyed) + len(refused),
        )

    async def settle(
        self, link: LinkAccess, *, patient: bool = True, at_most: int | None = None
    ) -> bool:
        """File the agreed photos that are complete; True when nothing is left to come.

        With `patient`, photos whose scan runs are left for a moment, so that one that is refused
        is told to the patient instead of the clinic; otherwise they are filed as not scanned yet.
        `at_most` is given when a device gives up on photos: no more than these will come.
        """
        held = await self.held(link)
        ready = held.ready if patient else (*held.ready, *held.waiting)
        request_id = link.subject_id
        async with self._database.unit_of_work() as work:
            row = await work.one(records.for_change, of=request_id)
            if row is None or row.expected <= row.filed:
                return True
            arrived = await self._file(work, row, link, ready)
            filed = row.filed + len(arrived)
            expected = row.expected if at_most is None else max(min(row.expected, at_most), filed)
            values: dict[str, Any] = {
                "expected": expected,
                "filed": filed,
                "filed_bytes": row.filed_bytes + sum(photo.size for photo in arrived),
            }
            if filed + held.turned_away < expected:
                if arrived or expected != row.expected:
                    await records.save(work, row, **values)
                return False
            if not filed:  # nothing was acceptable: back to choosing
                await records.save(work, row, expected=0, agreed_at=0)
                return True
            await self._complete(work, row, link, values)
        return True

    async def _file(
        self, work: UnitOfWork, row: Row, link: LinkAccess, ready: tuple[HeldFile, ...]
    ) -> list[HeldFile]:
        """File photos under what the clinic asked for, numbered: names of phones say little."""
        content = records.opened(await self._vault.clinic(row.clinic_id), row).content
        clinic = await self._clinics.get(row.clinic_id)
        arrived: list[HeldFile] = []
        with in_language(clinic.options.language):
            for photo in ready:
                number = row.filed + len(arrived) + 1
                title = texts.photo_title(content.template, content.body_part, number)
                if await self._intake.file_held(work, link, photo.id, title):
                    arrived.append(photo)
        return arrived

    async def _complete(
        self, work: UnitOfWork, row: Row, link: LinkAccess, values: dict[str, Any]
    ) -> None:
        """Everything is in the chart: say so to the clinic and to the patient."""
        filed = values["filed"]
        await records.take_step(
            work, row, Step.COMPLETED, **{**values, "expected": filed}, done_at=clock.now()
        )
        await self._audit.record(
            work,
            row.clinic_id,
            link.actor,
            Action.REQUEST_COMPLETED,
            patient_id=row.patient_id,
            subject_id=row.id,
            photos=filed,
        )
        content = records.opened(await self._vault.clinic(row.clinic_id), row).content
        clinic = await self._clinics.get(row.clinic_id)
        with in_language(content.language):
            letter = texts.thanks(clinic)
        await send_letter(self._messenger, work, row, content, f"thanks/{filed}", letter)

    # --- jobs ----------------------------------------------------------------------------------

    async def settle_later(self, payload: dict[str, Any]) -> None:
        """Job: go on filing for a patient who agreed and closed the page."""
        request_id = payload["request_id"]
        row = await self._row(request_id)
        link = await self._links.on_behalf(request_id)
        if row is None or link is None or row.state != State.IN_PROGRESS:
            return
        if not await self.settle(link, patient=False):
            waited = clock.now() - row.agreed_at
            raise TryAgain(min(max(waited // 2, _SOON), _LATER), "photos are still to come")

    async def expire(self, payload: dict[str, Any]) -> None:
        """Job: the link has ended. What was agreed to is filed, the rest is destroyed."""
        request_id = payload["request_id"]
        row = await self._row(request_id)
        if row is None or row.round != payload["round"]:
            return
        link = await self._links.on_behalf(request_id)
        if link is not None and row.expected > row.filed:
            await self.settle(link, patient=False)
        async with self._database.unit_of_work() as work:
            row = await work.one(records.for_change, of=request_id)
            if row is None or row.round != payload["round"]:
                return
            await self._lapse(work, row)
        await self._intake.discard_all_held(row.clinic_id, request_id)

    async def _lapse(self, work: UnitOfWork, row: Row) -> None:
        if row.state == State.IN_PROGRESS and row.filed:
            await records.take_step(
                work, row, Step.COMPLETED, expected=row.filed, done_at=clock.now()
            )
        elif await records.take_step(work, row, Step.LAPSED) != row.state:
            await self._audit.record(
                work,
                row.clinic_id,
                SYSTEM,
                Action.REQUEST_EXPIRED,
                patient_id=row.patient_id,
                subject_id=row.id,
            )

    async def clear_up(self, payload: dict[str, Any]) -> None:
        """Job: the request was revoked; what it held is destroyed."""
        row = await self._row(payload["request_id"])
        if row is not None and row.state == State.REVOKED:
            await self._intake.discard_all_held(row.clinic_id, row.id)

    async def _row(self, request_id: str) -> Row | None:
        async with self._database.read() as db:
            return await db.one(records.by_id, of=request_id)
