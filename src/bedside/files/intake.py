"""The story of a file, top to bottom.

limit → type → seal and store (files.uploads, while the bytes arrive) → scan → examine, and make
the version for others → file in the chart → derive previews and text, read scans, index the words
(files.making). Each step after the last byte is a job that may be killed and run again.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM, ActorKind
from bedside.charts.channels import Channel
from bedside.charts.entries import Charts, Incoming
from bedside.database.sealed import Vault
from bedside.errors import NotFound, Unavailable
from bedside.files import holders, making, rescans
from bedside.files.file_rows import FileRow
from bedside.files.holders import FileChange, HolderKind, HolderKinds
from bedside.files.ports import Cause, Examination, Examiner, Scanner, ScanResult, Verdict
from bedside.files.refusals import UNSCANNED_NOTES, refusal_for_signature, with_notes
from bedside.files.repository import FileRecord, Repository
from bedside.files.states import FileState, Sharing, may_become
from bedside.files.upload_rows import UploadRow
from bedside.kernel import clock, faults
from bedside.kernel.jobs import TryAgain
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.permissions import HolderAccess

EXAMINE = "file.examine"
SHARE = "file.share"
ERASE = "file.erase"
_MOST_BREAKS = 2
_TO_PATIENTS = (Channel.LIVE_TRANSFER, Channel.CHAT, Channel.SECURE_LINK)
"""Channels by which staff give something to a patient."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of a file, and what they said about it."""

    actor: Actor
    record: FileRecord


class Intake:
    """The intake of every file, whatever its channel."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        charts: Charts,
        repository: Repository,
        scanner: Scanner,
        examiner: Examiner,
        kinds: HolderKinds,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._charts = charts
        self._repository = repository
        self._scanner = scanner
        self._examiner = examiner
        self.holders = kinds

    def register(self, kind: HolderKind) -> None:
        """Tell holders of this kind of the files they hold. Raises ValueError for a kind that was
        registered before."""
        self.holders.add(kind)

    async def received(self, work: UnitOfWork, upload: UploadRow, sender: Sender) -> None:
        """Create the file: every byte is sealed and durable."""
        await self._repository.add(
            work,
            {
                "id": upload.file_id,
                "clinic_id": upload.clinic_id,
                "patient_id": upload.patient_id,
                "holder_id": upload.holder_id,
                "state": FileState.SCANNING,
                "data_key": upload.data_key,
                "size": upload.length,
                "media_type": upload.media_type,
                "refusal": "",
                "note": "",
                "sharing": Sharing.WAITING,
                "engine": "",
                "signature": "",
                "scanned_at": 0,
                "pages": 0,
                "made_by": making.NOT_YET,
                "width": 0,
                "height": 0,
                "channel": upload.channel,
                "category": upload.category,
                "source_id": upload.source_id,
                "sender_kind": str(sender.actor.kind),
                "sender_id": sender.actor.id,
                "created_at": clock.now(),
            },
            sender.record,
        )
        if upload.holder_id:
            row = await self._repository.row(upload.file_id, work)
            await holders.notify(self.holders, work, row, preview=False)
        else:
            await self._file(work, upload.file_id, sender.actor)
        work.enqueue(EXAMINE, {"file_id": upload.file_id}, unique=f"examine:{upload.file_id}")

    async def _file(self, work: UnitOfWork, file_id: str, actor: Actor, label: str = "") -> str:
        row = await self._repository.row(file_id, work)
        record = await self._repository.record(row)
        return await self._charts.file(
            work,
            Incoming(
                clinic_id=row.clinic_id,
                patient_id=row.patient_id,
                file_id=row.id,
                name=record.name,
                size=row.size,
                media_type=row.media_type,
                state=row.state,
                channel=row.channel,
                category=row.category,
                source_id=row.source_id,
                actor=actor,
                received_at=row.created_at,
                comment=record.comment,
                taken_at=record.taken_at,
                label=label,
                # Staff know what they hand to a patient.
                reviewed=row.channel in _TO_PATIENTS and row.sender_kind == ActorKind.STAFF,
            ),
        )

    # --- jobs ----------------------------------------------------------------------------------

    async def examine(self, payload: dict[str, Any]) -> None:
        """Job: scan a file, find out its true type, and file or refuse it."""
        row = await self._row_of_job(payload)
        if row is None or row.state not in (FileState.SCANNING, FileState.UNSCANNED):
            return
        try:
            await self._examine(row, payload)
        except Unavailable as error:
            raise TryAgain(rescans.SOON, "unavailable") from error

    async def _examine(self, row: FileRow, payload: dict[str, Any]) -> None:
        result, digest = await self._scan(row)
        faults.point("file.scanned")
        if result.verdict is Verdict.INFECTED:
            refusal = refusal_for_signature(result.signature)
            await self._end(row, result, Examination(row.media_type, refusal=refusal))
            return
        if result.verdict is Verdict.UNSCANNED and result.cause not in UNSCANNED_NOTES:
            await self._scan_later(row, result, payload)
            return
        # Even if it could not be scanned: a refusal by the examination has a better reason.
        record = await self._repository.record(row)
        found = await self._examiner.examine(self._repository.chunks(row), row.size, record.name)
        faults.point("file.examined")
        if not found.refusal:
            result = await self._scanner.complete(result, row.size, found)
        if not found.refusal and result.verdict is Verdict.UNSCANNED:
            await self._scan_later(row, result, payload)
            return
        if found.shared is not None and not found.refusal:
            await self._repository.store_derivative(row, found.shared)
            faults.point("file.copy_stored")
        await self._end(row, result, found, digest)

    async def give_up(self, payload: dict[str, Any]) -> None:
        """Handle a file whose job was given up: it is kept and cannot be opened."""
        row = await self._row_of_job(payload)
        if row is not None and row.state in (FileState.SCANNING, FileState.UNSCANNED):
            result = ScanResult(Verdict.UNSCANNED, row.engine, reason="given up")
            await self._leave_unscanned(row, result, "scan_failed")

    async def _row_of_job(self, payload: dict[str, Any]) -> FileRow | None:
        try:
            return await self._repository.row(payload["file_id"])
        except NotFound:  # deleted by its sender before the job ran
            return None

    async def _scan(self, row: FileRow) -> tuple[ScanResult, str]:
        """Scan and hash in one pass over the sealed bytes."""
        digest = hashlib.sha256()

        async def hashed() -> AsyncIterator[bytes]:
            async for piece in self._repository.chunks(row):
                await asyncio.to_thread(digest.update, piece)
                yield piece

        result = await self._scanner.scan(hashed(), row.size)
        return result, digest.hexdigest()

    async def _scan_later(self, row: FileRow, result: ScanResult, payload: dict[str, Any]) -> None:
        """Leave a file unscanned and schedule the next try; refuse one that broke the scan twice.

        A scanner that is down is asked again soon. What is too large or encrypted for it stays so
        until somebody changes the scanner, so the intervals between tries grow.
        """
        breaks = payload.get("breaks", 0) + (result.cause is Cause.BROKE)
        if breaks >= _MOST_BREAKS:
            await self._end(row, result, Examination(row.media_type, refusal="too_complex"))
            return
        note = UNSCANNED_NOTES.get(result.cause, "")
        await self._leave_unscanned(row, result, note)
        if note:
            waits = payload.get("waits", 0)
            raise TryAgain(rescans.later(waits), result.cause, remember={"waits": waits + 1})
        delay = rescans.soon(alone=breaks > 0)
        raise TryAgain(delay, result.cause, remember={"breaks": breaks})

    async def _leave_unscanned(self, row: FileRow, result: ScanResult, note: str) -> None:
        before = (row.state, row.note)
        if before == (FileState.UNSCANNED, note):
            return
        async with self._database.unit_of_work() as work:
            await holders.lock(work, row)
            await self._repository.change(
                work,
                row.id,
                state=FileState.UNSCANNED,
                engine=result.engine,
                signature=result.signature,
                note=note,
            )
            await self._announce(work, row.id, row.media_type)
            await self._line(work, row, Action.FILE_SCANNED, result, verdict=result.reason)

    async def _end(
        self,
        row: FileRow,
        result: ScanResult,
        found: Examination,
        digest: str = "",
    ) -> None:
        """Apply the verdict on a file. Refused and infected files are destroyed at once."""
        refusal = found.refusal
        destroyed = refusal != ""
        infected = result.verdict is Verdict.INFECTED and refusal.startswith("infected")
        state = FileState.FILED
        if destroyed:
            state = FileState.INFECTED if infected else FileState.REFUSED
        async with self._database.unit_of_work() as work:
            await holders.lock(work, row)
            current = await self._repository.row(row.id, work)
            if not may_become(current.state, state):
                return
            await self._repository.change(
                work,
                row.id,
                state=state,
                media_type=found.media_type or row.media_type,
                refusal=refusal,
                note=with_notes(found.note, _suspicion(result)),
                sharing=found.sharing,
                engine=result.engine,
                signature=result.signature,
                scanned_at=clock.now(),
                pages=found.pages or 0,
                width=found.width or 0,
                height=found.height or 0,
            )
            await self._keep_facts(work, current, found, digest)
            await self._line(work, row, Action.FILE_SCANNED, result, verdict=result.verdict)
            if destroyed:
                await self._repository.destroy(work, row)
                self.erase_later(work, row.clinic_id, row.id)
                action = Action.FILE_DESTROYED
                await self._line(work, row, action, result, reason=refusal)
            else:
                if found.shared is not None:
                    await self._repository.add_derivative(work, row.id, found.shared)
                await self._line(work, row, Action.FILE_FILED, result)
                making.derive_later(work, row.id)
            await self._announce(work, row.id, found.media_type)

    async def _keep_facts(
        self, work: UnitOfWork, row: FileRow, found: Examination, digest: str
    ) -> None:
        record = await self._repository.record(row)
        taken_at = found.taken_at or record.taken_at
        await self._repository.set_record(
            work, row, replace(record, taken_at=taken_at, sha256=digest, blanked=found.blanked)
        )

    async def share(self, payload: dict[str, Any]) -> None:
        """Job: make the version for others of a file that was filed before this was done first."""
        row = await self._row_of_job(payload)
        if row is None or row.state != FileState.FILED or row.sharing != Sharing.WAITING:
            return
        record = await self._repository.record(row)
        found = await self._examiner.examine(self._repository.chunks(row), row.size, record.name)
        if found.refusal:  # by rules that are stricter now
            found = replace(found, shared=None, blanked=(), sharing_failed=True)
        if found.shared is not None:
            await self._repository.store_derivative(row, found.shared)
        async with self._database.unit_of_work() as work:
            row = await self._repository.row(row.id, work)
            record = await self._repository.record(row)
            await self._repository.change(work, row.id, sharing=found.sharing)
            await self._repository.set_record(work, row, replace(record, blanked=found.blanked))
            if found.shared is not None:
                await self._repository.add_derivative(work, row.id, found.shared)

    def erase_later(
        self, work: UnitOfWork, clinic_id: str, file_id: str, roles: list[str] | None = None
    ) -> None:
        """Remove sealed bytes after their key: by a job, so that no kill leaves them behind."""
        blobs = {"clinic_id": clinic_id, "file_id": file_id, "roles": roles or []}
        work.enqueue(ERASE, blobs, unique=f"erase:{file_id}")

    async def erase(self, payload: dict[str, Any]) -> None:
        """Job: remove the sealed bytes of a file that is gone."""
        await self._repository.delete_blobs(
            payload["clinic_id"], payload["file_id"], payload["roles"]
        )

    # --- files that a request or a transfer holds --------------------------------------------

    async def file_held(
        self,
        work: UnitOfWork,
        holder: HolderAccess,
        file_id: str,
        label: str = "",
        source_id: str = "",
        category: str = "",
    ) -> str:
        """File a held file in the chart, under `label`, now that it was agreed to; `source_id` and
        `category` if they are not those that it was uploaded for. Returns the id of the entry.

        A file still waiting for its scan is filed as such; a destroyed one is left out ("").
        """
        held = await self._repository.held(holder.clinic_id, holder.subject_id, work)
        row = next((row for row in held if row.id == file_id and row.data_key), None)
        if row is None:
            return ""
        # The patient is the holder's: a visit's may have been unknown when the file arrived.
        await self._repository.give_to(work, row.id, holder.patient_id)
        given = {"source_id": source_id, "category": category}
        changed = {name: value for name, value in given.items() if value}
        await self._repository.change(work, row.id, holder_id="", **changed)
        entry_id = await self._file(work, row.id, holder.actor, label)
        await self._charts.show_preview(work, row.id)
        making.index_later(work, row.id)
        return entry_id

    async def set_patient(self, work: UnitOfWork, file_id: str, patient_id: str) -> None:
        """Set the patient of a held file, once its holder knows."""
        await self._repository.give_to(work, file_id, patient_id)

    async def set_comment(
        self, work: UnitOfWork, holder: HolderAccess, file_id: str, comment: str
    ) -> None:
        """Store the patient's comment on a held file. At most 2,000 characters are kept. The
        caller holds the holder's lock, so that no scan restores the older text."""
        row = await self._held_row(work, holder, file_id)
        record = await self._repository.record(row)
        await self._repository.set_record(
            work, row, replace(record, comment=comment.strip()[:2_000])
        )

    async def discard_held(self, work: UnitOfWork, holder: HolderAccess, file_id: str) -> None:
        """Delete a held file for the patient: key and bytes are destroyed."""
        await self._discard(work, await self._held_row(work, holder, file_id), holder.actor)

    async def discard_all_held(self, work: UnitOfWork, clinic_id: str, holder_id: str) -> None:
        """Destroy what a request or transfer held that ended without agreement."""
        await work.lock(holder_id)
        for row in await self._repository.held(clinic_id, holder_id, work):
            await self._discard(work, row, SYSTEM)

    async def _held_row(self, work: UnitOfWork, holder: HolderAccess, file_id: str) -> FileRow:
        row = await self._repository.row(file_id, work)
        if row.holder_id != holder.subject_id or row.clinic_id != holder.clinic_id:
            raise NotFound
        return row

    async def _discard(self, work: UnitOfWork, row: FileRow, actor: Actor) -> None:
        roles = list(await self._repository.derivatives(row.id, work))
        await self._repository.remove(work, row)
        self.erase_later(work, row.clinic_id, row.id, roles)
        await self._audit.record(
            work,
            row.clinic_id,
            actor,
            Action.FILE_DISCARDED,
            patient_id=row.patient_id,
            subject_id=row.id,
        )
        holders.emit(self.holders, work, FileChange(row.holder_id, row.id, "discarded"))

    # --- publishing ----------------------------------------------------------------------------

    async def _announce(self, work: UnitOfWork, file_id: str, media_type: str) -> None:
        row = await self._repository.row(file_id, work)
        if row.holder_id:
            await holders.notify(self.holders, work, row, preview=False)
        else:
            await self._charts.set_file_state(work, row.id, row.state, media_type or row.media_type)

    async def _line(
        self, work: UnitOfWork, row: FileRow, action: Action, result: ScanResult, **details: Any
    ) -> None:
        await self._audit.record(
            work,
            row.clinic_id,
            SYSTEM,
            action,
            patient_id=row.patient_id,
            subject_id=row.id,
            engine=result.engine,
            signature=result.signature,
            **details,
        )


def _suspicion(result: ScanResult) -> str:
    """Return the note on a file that is opened although its scanner suspects it."""
    return "scan_suspected_open" if result.verdict is Verdict.CLEAN and result.signature else ""
