"""How requests end, and what becomes of the files that they still hold."""

from typing import Any

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.files.file_rows import FileRow
from bedside.files.holders import HolderKind
from bedside.files.intake import Intake
from bedside.files.states import FileState
from bedside.files.uploads import Uploads
from bedside.kernel import clock, faults
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.service import Links
from bedside.requests import records
from bedside.requests.events import held_file_changed
from bedside.requests.kinds import RequestKinds
from bedside.requests.records import RequestRow
from bedside.requests.states import State, Step
from bedside.requests.telling import Telling

EXPIRE = "request.expire"
CLEAR_UP = "request.clear_up"


class RequestEndings:
    """Ends requests whose links have ended, and destroys what nobody agreed to send."""

    def __init__(
        self,
        database: Transactions,
        audit: AuditLog,
        links: Links,
        intake: Intake,
        uploads: Uploads,
        kinds: RequestKinds,
        telling: Telling,
    ) -> None:
        self._database = database
        self._audit = audit
        self._links = links
        self._intake = intake
        self._uploads = uploads
        self._kinds = kinds
        self._telling = telling

    def holder_kinds(self) -> list[HolderKind]:
        """Return the kinds of requests that hold files, as kinds of holders."""
        return [
            HolderKind(
                kind.prefix,
                kind.files.channel,
                kind.files.category,
                self.file_changed,
                held_file_changed,
            )
            for kind in self._kinds
            if kind.files is not None
        ]

    async def file_changed(self, work: UnitOfWork, file: FileRow) -> None:
        """Handle a change of a file held by a request: received, scanned, refused.

        A complete file is left to the kind of request; one that arrives after the end of its
        request is destroyed.
        """
        row = await records.locked(work, file.holder_id)
        if row is None:
            return
        if records.has_ended(row):
            # A job of its own: that of the end itself may have checked already, and still be
            # running.
            unique = f"{CLEAR_UP}:{row.id}:{file.id}"
            work.enqueue(CLEAR_UP, {"request_id": row.id}, unique=unique)
        elif file.state != FileState.SCANNING:
            link = await self._links.on_behalf(row.id, work)
            if link is not None:
                await self._kinds.handling(row.id).file_changed(work, row, link)

    async def expire(self, payload: dict[str, Any]) -> None:
        """Job: the link has ended. File what was agreed to, destroy the rest."""
        request_id = payload["request_id"]
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, request_id)
            if row is None or row.round != payload["round"]:
                return
            await self._kinds.handling(row.id).last_call(work, row)
            await self._lapse(work, await records.locked_again(work, row))
        faults.point("request.lapsed")
        await self._destroy_rest(request_id)

    async def _lapse(self, work: UnitOfWork, row: RequestRow) -> None:
        await self._telling.lapse(work, row.id)
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
        """Job: the request has ended; destroy what it held, or what has arrived since."""
        await self._destroy_rest(payload["request_id"])

    async def _destroy_rest(self, request_id: str) -> None:
        """Stop uploads in progress, and destroy what is held, unless a new link was sent."""
        async with self._database.read() as db:
            row = await db.one(records.by_id, of=request_id)
        link = await self._links.on_behalf(request_id)
        if row is None or link is None or not records.has_ended(row):
            return
        await self._uploads.abandon(link, SYSTEM)
        faults.point("request.abandoned")
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, request_id)
            if row is not None and records.has_ended(row):
                await self._intake.discard_all_held(work, row.clinic_id, row.id)
