"""Live file transfer, in both directions, from the queue and in a call (features X1–X7).

The bytes are uploaded while the other side is still being asked, so that an accepted file is there
at once. The transfer holds them, sealed and scanned like every file; what is agreed to and clean
goes into the chart, and nothing of the rest stays.
"""

from contextlib import suppress
from typing import Any

from bedside.audit import Action, Actor, AuditLog
from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.database.sealed import ClinicKeys, Vault
from bedside.errors import Conflict, NotFound, TooLarge
from bedside.files.announcing import Allowance, Announced, too_large
from bedside.files.file_rows import FileRow
from bedside.files.holders import HolderKind
from bedside.files.intake import Intake
from bedside.files.states import FileState
from bedside.files.uploads import Uploads
from bedside.kernel import clock, faults
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.clinics import Clinics
from bedside.people.permissions import RoomAccess, TransferAccess, VisitorAccess, transfer_access
from bedside.transfers import events, rows
from bedside.transfers.chosen import Chosen, told
from bedside.transfers.filing import TransferFiling
from bedside.transfers.options import TransferOptions
from bedside.transfers.rows import LiveTransfer, LiveTransferRow
from bedside.transfers.states import (
    Bytes,
    Direction,
    Ended,
    Kind,
    NotTheSender,
    ends_with_the_leg,
    may_become,
    require_running,
)
from bedside.transfers.visitor_allowance import visitor_allowance
from bedside.visits.rows import VisitRow
from bedside.visits.whereabouts import require_open, visit_of

PREFIX = "trf"


class LiveTransfers:
    """Offers, asks for, accepts, declines, cancels and completes live file transfers."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        uploads: Uploads,
        intake: Intake,
        filing: TransferFiling,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._uploads = uploads
        self._intake = intake
        self._filing = filing

    # --- beginning -----------------------------------------------------------------------------

    async def allowance(self, clinic_id: str) -> Allowance:
        """Return the limit of one file, for this clinic."""
        options = await self._clinics.options(clinic_id, TransferOptions)
        return Allowance(largest=options.transfer_bytes_limit)

    async def offer(
        self, room: RoomAccess, visit_id: str, chosen: Chosen, transfer_id: str = ""
    ) -> LiveTransfer:
        """Offer a file of staff to the patient, who accepts or declines.

        `transfer_id` is made by the page, so that offering is idempotent. Raises TooLarge,
        Conflict if too many files are in transfer or the visit has ended, NotFound.
        """
        return await self._begin(
            room, visit_id, Direction.TO_PATIENT, Kind.FILE, chosen, transfer_id
        )

    async def ask(
        self, room: RoomAccess, visit_id: str, kind: Kind = Kind.FILE, wanted: str = ""
    ) -> LiveTransfer:
        """Ask the patient for a file, or for a still of the camera. `wanted` is what for, in the
        words of staff. Raises as `offer`."""
        return await self._begin(room, visit_id, Direction.FROM_PATIENT, kind, None, "", wanted)

    async def send_own(
        self, visitor: VisitorAccess, chosen: Chosen, transfer_id: str = ""
    ) -> LiveTransfer:
        """Send a patient's file unasked. Raises as `offer`."""
        return await self._begin(
            visitor, visitor.visit_id, Direction.FROM_PATIENT, Kind.FILE, chosen, transfer_id
        )

    async def _begin(
        self,
        access: RoomAccess | VisitorAccess,
        visit_id: str,
        direction: Direction,
        kind: Kind,
        chosen: Chosen | None,
        transfer_id: str,
        wanted: str = "",
    ) -> LiveTransfer:
        transfer_id = transfer_id if is_id(transfer_id, PREFIX) else new_id(PREFIX)
        if chosen is not None:
            await self._check_size(access.clinic_id, chosen)
        keys = await self._vault.clinic(access.clinic_id)
        options = await self._clinics.options(access.clinic_id, TransferOptions)
        by_staff = isinstance(access, RoomAccess)
        async with self._database.unit_of_work() as work:
            visit = await visit_of(work, access, visit_id, for_change=True)
            require_open(visit)
            if (known := await work.one(rows.BY_ID, of=transfer_id)) is not None:
                return self._known(known, visit, keys)
            if not by_staff and chosen is not None:
                (await visitor_allowance(work, visit.id, options)).require(chosen.size)
            running = await work.one(rows.COUNT_RUNNING, visit=visit.id, way=direction)
            if running is not None and running.running >= options.transfers_at_once:
                raise _too_many(running.running)
            await work.execute(
                rows.ADD,
                id=transfer_id,
                clinic_id=visit.clinic_id,
                patient_id=visit.patient_id,
                visit_id=visit.id,
                leg=visit.leg,
                room_id=visit.room_id,
                call_id=visit.call_id,
                direction=direction,
                kind=kind,
                agreed=not by_staff,
                bytes=Bytes.NONE,
                ended=Ended.NO,
                reason="",
                filed=False,
                file_id="",
                entry_id="",
                size=chosen.size if chosen else 0,
                position=0,
                record=keys.seal(rows.RECORD, transfer_id, told(chosen, wanted)),
                staff_id=access.actor.id if by_staff else "",
                created_at=(now := clock.now()),
                changed_at=now,
            )
            row = await self._publish(work, transfer_id)
            action = Action.LIVE_TRANSFER_OFFERED if chosen else Action.LIVE_TRANSFER_ASKED
            await self._line(work, row, access.actor, action)
        faults.point("live_transfer.begun")
        return rows.opened(keys, row)

    def _known(self, row: LiveTransferRow, visit: VisitRow, keys: ClinicKeys) -> LiveTransfer:
        if row.visit_id != visit.id or row.clinic_id != visit.clinic_id:
            raise NotFound
        return rows.opened(keys, row)

    async def _check_size(self, clinic_id: str, chosen: Chosen) -> None:
        allowance = await self.allowance(clinic_id)
        if chosen.size > allowance.largest:
            raise too_large(allowance)
        if chosen.size <= 0:
            raise TooLarge(_("This file is empty."), code="file_refused_empty")

    # --- answers of the other side ---------------------------------------------------------------

    async def accept(self, visitor: VisitorAccess, transfer_id: str) -> LiveTransfer:
        """Accept a file as the patient. Idempotent. Raises Conflict if it is over, NotFound."""
        async with self._database.unit_of_work() as work:
            row = await self._own_row(work, visitor, transfer_id, Direction.TO_PATIENT)
            require_running(row.ended)
            if not row.agreed:
                await work.execute(rows.CHANGE, of=row.id, agreed=True, changed_at=clock.now())
                await self._line(work, row, visitor.actor, Action.LIVE_TRANSFER_ACCEPTED)
            row = await self._advance(work, row.id)
        faults.point("live_transfer.accepted")
        return rows.opened(await self._vault.clinic(row.clinic_id), row)

    async def accept_all(self, visitor: VisitorAccess) -> None:
        """Accept as the patient every file that waits for an answer. Idempotent."""
        async with self._database.read() as db:
            visit = await visit_of(db, visitor, visitor.visit_id)
            found = await db.all(rows.RUNNING_OF_LEG, visit=visit.id, of_leg=visit.leg)
        for one in found:
            with suppress(Conflict, NotFound):  # one's own, or over meanwhile
                await self.accept(visitor, one.id)

    async def answer(
        self, visitor: VisitorAccess, transfer_id: str, chosen: Chosen
    ) -> LiveTransfer:
        """Answer a request as the patient, with the chosen file (or the still taken)."""
        await self._check_size(visitor.clinic_id, chosen)
        keys = await self._vault.clinic(visitor.clinic_id)
        async with self._database.unit_of_work() as work:
            row = await self._own_row(work, visitor, transfer_id, Direction.FROM_PATIENT)
            require_running(row.ended)
            if row.bytes in (Bytes.SCANNING, Bytes.CLEAN):
                return rows.opened(keys, row)
            await work.execute(
                rows.CHANGE,
                of=row.id,
                agreed=True,
                size=chosen.size,
                record=rows.with_file(keys, row, told(chosen)),
                changed_at=clock.now(),
            )
            if not row.agreed:
                await self._line(work, row, visitor.actor, Action.LIVE_TRANSFER_ACCEPTED)
            row = await self._publish(work, row.id)
        return rows.opened(keys, row)

    async def decline(self, visitor: VisitorAccess, transfer_id: str) -> LiveTransfer:
        """Decline receiving or sending the file, as the patient."""
        async with self._database.unit_of_work() as work:
            row = await self._own_row(work, visitor, transfer_id)
            if row.ended != Ended.DECLINED:
                require_running(row.ended)
                row = await self._end(work, row, Ended.DECLINED, visitor.actor)
        return rows.opened(await self._vault.clinic(row.clinic_id), row)

    async def cancel(self, access: RoomAccess | VisitorAccess, transfer_id: str) -> LiveTransfer:
        """Cancel, from either side. A file that is in the chart already stays there."""
        async with self._database.unit_of_work() as work:
            row = await self._row(work, access, transfer_id)
            if row.ended != Ended.CANCELLED:
                require_running(row.ended)
                after = Ended.FILED if row.filed else Ended.CANCELLED
                row = await self._end(work, row, after, access.actor)
        return rows.opened(await self._vault.clinic(row.clinic_id), row)

    # --- the bytes -----------------------------------------------------------------------------

    async def sender(
        self, access: RoomAccess | VisitorAccess, transfer_id: str
    ) -> tuple[TransferAccess, LiveTransfer]:
        """Return what the upload needs, for the sender. Raises Conflict if the transfer is over,
        NotTheSender for colleagues of whoever offered the file, NotFound for the other side."""
        async with self._database.read() as db:
            row = rows.checked(await db.one(rows.BY_ID, of=transfer_id), access)
        by_staff = isinstance(access, RoomAccess)
        direction = Direction.TO_PATIENT if by_staff else Direction.FROM_PATIENT
        if row.direction != direction:
            raise NotFound
        require_running(row.ended)
        if by_staff and row.staff_id != access.actor.id:
            raise NotTheSender
        owner = access.staff.staff_id if isinstance(access, RoomAccess) else access.visit_id
        holder = transfer_access(row.id, row.clinic_id, row.patient_id, owner, access.actor)
        return holder, rows.opened(await self._vault.clinic(row.clinic_id), row)

    async def begin_upload(
        self, holder: TransferAccess, transfer: LiveTransfer, announced: Announced
    ) -> Any:
        """Begin sending the bytes from the sender's browser; see `Uploads.begin_held`."""
        # A second beginning missed the answer, or has lost the address: the newest one counts.
        await self._uploads.abandon(holder)
        capture = transfer.kind == Kind.CAPTURE
        given = transfer.direction == Direction.FROM_PATIENT
        photo = given and transfer.media_type.startswith("image/")
        upload = await self._uploads.begin_held(
            holder,
            announced,
            Allowance(largest=(await self.allowance(holder.clinic_id)).largest, files=1),
            channel=Channel.VISIT_CAPTURE if capture else "",
            category=Category.PATIENT_PHOTO if capture or photo else "",
            source_id=transfer.visit_id,
        )
        try:
            await self._arriving(holder.transfer_id)
        except Conflict:  # cancelled in between, and cleaned up before there was anything
            await self._uploads.abandon(holder)
            raise
        return upload

    async def moved(self, holder: TransferAccess, position: int) -> None:
        """Record the bytes received, and publish them to both sides. Called a few times a second
        at most."""
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, holder.transfer_id)
            if row is None or row.ended or position <= row.position:
                return
            position = min(position, row.size)
            await work.execute(rows.CHANGE, of=row.id, position=position)
            events.publish_moved(work, row, position)

    async def _arriving(self, transfer_id: str) -> None:
        async with self._database.unit_of_work() as work:
            row = rows.existing(await self._locked(work, transfer_id))
            require_running(row.ended)
            if may_become(row.bytes, Bytes.ARRIVING):
                await work.execute(
                    rows.CHANGE, of=row.id, bytes=Bytes.ARRIVING, changed_at=clock.now()
                )
                await self._publish(work, row.id)

    async def refused(self, holder: TransferAccess, reason: str) -> None:
        """Record that the file was refused while it arrived; `reason` is a key of
        `files.refusals`."""
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, holder.transfer_id)
            if row is not None and not row.ended:
                await self._end(work, row, Ended.REFUSED, holder.actor, reason)

    def holder_kind(self) -> HolderKind:
        """Return transfers as a kind of holder. Both sides follow them by the transfer's own
        events."""
        return HolderKind(PREFIX, Channel.LIVE_TRANSFER, Category.OTHER, self.file_changed)

    async def file_changed(self, work: UnitOfWork, file: FileRow) -> None:
        """Handle the intake's news of a held file: received, scanned, refused."""
        row = await self._locked(work, file.holder_id)
        if row is None or row.ended:
            if row is not None and not row.filed:  # cancelled while the last byte arrived
                self._filing.clear_up_later(work, row.id, file.id)
            return
        if file.patient_id != row.patient_id:  # identified while the file arrived
            await self._intake.set_patient(work, file.id, row.patient_id)
        if reason := rows.turned_away(row, file):
            await self._end(work, row, Ended.REFUSED, rows.sender_of(row), reason)
            return
        after = Bytes.CLEAN if file.state == FileState.FILED else Bytes.SCANNING
        reason = (file.note or "unscanned") if file.state == FileState.UNSCANNED else ""
        if may_become(row.bytes, after) or row.reason != reason:
            sealed = rows.of_type(await self._vault.clinic(row.clinic_id), row, file.media_type)
            await work.execute(
                rows.CHANGE,
                of=row.id,
                record=sealed,
                bytes=after,
                reason=reason,
                file_id=file.id,
                size=file.size,
                position=file.size,
                changed_at=clock.now(),
            )
            await self._advance(work, row.id)

    async def _advance(self, work: UnitOfWork, transfer_id: str) -> LiveTransferRow:
        """File what is agreed to and clean in the chart (if the clinic keeps files that were not
        downloaded; otherwise on the download)."""
        row = await work.one(rows.BY_ID, of=transfer_id)
        assert row is not None  # noqa: S101 - the caller holds its lock
        options = await self._clinics.options(row.clinic_id, TransferOptions)
        ready = row.agreed and row.bytes == Bytes.CLEAN and not row.filed
        if ready and (options.keep_unfinished_files or row.direction == Direction.FROM_PATIENT):
            await self._filing.file(work, row)
        return await self._publish(work, row.id)

    # --- receiving -----------------------------------------------------------------------------

    async def receiver(
        self, access: RoomAccess | VisitorAccess, transfer_id: str
    ) -> tuple[TransferAccess, LiveTransfer]:
        """Return what opening the file needs, for the receiving side.

        Raises Conflict before the file is clean or after the transfer was cancelled, NotFound for
        the sending side.
        """
        async with self._database.read() as db:
            row = rows.checked(await db.one(rows.BY_ID, of=transfer_id), access)
        direction = (
            Direction.FROM_PATIENT if isinstance(access, RoomAccess) else Direction.TO_PATIENT
        )
        if row.direction != direction:
            raise NotFound
        if row.ended not in (Ended.NO, Ended.DONE, Ended.FILED):
            require_running(row.ended)
        if not row.agreed or row.bytes != Bytes.CLEAN:
            raise Conflict(_("This file is not here yet. It can be opened as soon as it is clean."))
        owner = access.staff.staff_id if isinstance(access, RoomAccess) else access.visit_id
        holder = transfer_access(row.id, row.clinic_id, row.patient_id, owner, access.actor)
        return holder, rows.opened(await self._vault.clinic(row.clinic_id), row)

    async def downloaded(self, receiver: TransferAccess) -> None:
        """Complete the transfer: the last byte went to the other side."""
        faults.point("live_transfer.handed_over")
        async with self._database.unit_of_work() as work:
            row = await self._locked(work, receiver.transfer_id)
            if row is None or row.ended:
                return
            if not row.filed:
                await self._filing.file(work, row)
            await self._end(work, row, Ended.DONE, receiver.actor)

    # --- the end -------------------------------------------------------------------------------

    async def lock_leg(self, work: UnitOfWork, row: VisitRow) -> None:
        """See `visits.ports.LegsOfVisits`."""
        for one in await work.all(rows.RUNNING_OF_LEG, visit=row.id, of_leg=row.leg):
            await work.lock(one.id)

    async def leg_ended(self, work: UnitOfWork, row: VisitRow) -> None:
        """File or cancel what is in transfer (X5) when the patient leaves the room, in the unit of
        work that made the patient leave."""
        options = await self._clinics.options(row.clinic_id, TransferOptions)
        for one in await work.all(rows.RUNNING_OF_LEG, visit=row.id, of_leg=row.leg):
            transfer = await self._locked(work, one.id)
            if transfer is None or transfer.ended:
                continue
            after = ends_with_the_leg(
                direction=transfer.direction,
                agreed=transfer.agreed,
                bytes_=transfer.bytes,
                filed=transfer.filed,
                keep=options.keep_unfinished_files,
            )
            if after is Ended.FILED and not transfer.filed:
                await self._filing.file(work, transfer)
            await self._end(work, transfer, after, rows.sender_of(transfer))

    async def _end(
        self, work: UnitOfWork, row: LiveTransferRow, after: Ended, actor: Actor, reason: str = ""
    ) -> LiveTransferRow:
        await work.execute(
            rows.CHANGE, of=row.id, ended=after, reason=reason, changed_at=clock.now()
        )
        if after not in (Ended.DONE, Ended.FILED):
            self._filing.clear_up_later(work, row.id)
        await self._line(work, row, actor, Action.LIVE_TRANSFER_ENDED, outcome=str(after))
        return await self._publish(work, row.id)

    async def clear_up(self, payload: dict[str, Any]) -> None:
        """Job: destroy the file of a transfer that was cancelled."""
        async with self._database.read() as db:
            row = await db.one(rows.BY_ID, of=payload["transfer_id"])
        if row is None or row.filed:
            return
        await self._uploads.abandon(rows.holder_of(row))
        faults.point("live_transfer.abandoned")
        async with self._database.unit_of_work() as work:
            await self._intake.discard_all_held(work, row.clinic_id, row.id)

    # --- rows ----------------------------------------------------------------------------------

    @staticmethod
    async def _locked(work: UnitOfWork, transfer_id: str) -> LiveTransferRow | None:
        """Lock a transfer until commit.

        By name and not by row, because the intake takes the same lock before it touches the file:
        visits come first, then transfers, then files, then the audit chain.
        """
        await work.lock(transfer_id)
        return await work.one(rows.BY_ID, of=transfer_id)

    async def _row(
        self, work: UnitOfWork, access: RoomAccess | VisitorAccess, transfer_id: str
    ) -> LiveTransferRow:
        return rows.checked(await self._locked(work, transfer_id), access)

    async def _own_row(
        self,
        work: UnitOfWork,
        visitor: VisitorAccess,
        transfer_id: str,
        direction: Direction | None = None,
    ) -> LiveTransferRow:
        row = await self._row(work, visitor, transfer_id)
        if direction is not None and row.direction != direction:
            raise NotFound
        return row

    async def _publish(self, work: UnitOfWork, transfer_id: str) -> LiveTransferRow:
        row = await work.one(rows.BY_ID, of=transfer_id)
        assert row is not None  # noqa: S101 - it was written in this unit of work
        events.publish(work, row)
        return row

    async def _line(
        self, work: UnitOfWork, row: LiveTransferRow, actor: Actor, action: Action, **details: Any
    ) -> None:
        await self._audit.record(
            work,
            row.clinic_id,
            actor,
            action,
            patient_id=row.patient_id,
            subject_id=row.id,
            visit=row.visit_id,
            **details,
        )


def _too_many(running: int) -> Conflict:
    said = ngettext(
        "%(num)s file is on its way already. Send the next one afterwards.",
        "%(num)s files are on their way already. Send the next one afterwards.",
        running,
    )
    return Conflict(said % {"num": running}, code="too_many_transfers")
