"""Uploads: incoming bytes, resumable after a lost network or a killed process.

This is the protocol-free side of tus 1.0 (https://tus.io/protocols/resumable-upload); the web
speaks the protocol. Nothing is acknowledged before it survives a power cut.
"""

import hashlib
from collections.abc import AsyncIterator

from bedside.audit import Action, Actor, AuditLog
from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.database.sealed import Vault
from bedside.errors import Conflict, Gone, NotFound, TooLarge
from bedside.files import media_types, receiving, upload_rows
from bedside.files.announcing import (
    Allowance,
    Announced,
    ChecksumMismatch,
    FileRefused,
    Upload,
    too_large,
    too_many_bytes,
)
from bedside.files.holding import room_left
from bedside.files.intake import Intake, Sender
from bedside.files.names import safe_name
from bedside.files.ports import Chunk
from bedside.files.repository import FileRecord, Repository, blob_key
from bedside.files.sealing import ResumePoint, SealedBlob, SealedWriter, new_data_key, resume_point
from bedside.files.sniffing import sniff
from bedside.files.upload_leases import UploadLeases
from bedside.files.upload_rows import UploadRow
from bedside.kernel import clock, faults
from bedside.kernel.ids import new_id
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Transactions
from bedside.people.permissions import ChartAccess, HolderAccess, UploadAccess

EXPIRES_AFTER = clock.DAY
_TAIL = "uploads.tail"


class Uploads:
    """Begins, continues, finishes and cancels uploads."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        repository: Repository,
        intake: Intake,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._repository = repository
        self._intake = intake
        self._leases = UploadLeases()

    async def begin_for_chart(
        self,
        chart: ChartAccess,
        announced: Announced,
        allowance: Allowance,
        category: str = Category.OTHER,
        *,
        channel: str = Channel.STAFF_UPLOAD,
        source_id: str = "",
    ) -> Upload:
        """Begin a staff upload into a chart; `source_id` is the visit that it is about."""
        target = upload_rows.into_chart(chart, category, channel, source_id)
        return await self.begin(target, announced, allowance)

    async def begin_held(
        self,
        holder: HolderAccess,
        announced: Announced,
        allowance: Allowance,
        *,
        channel: str = "",
        category: str = "",
        source_id: str = "",
    ) -> Upload:
        """Begin an upload that a request or a transfer holds until agreed.

        `channel` and `category` are those of its kind of holder unless given; `source_id` is the
        source stated in the chart, if it is not the holder.
        """
        target = self._held_by(holder, channel, category, source_id)
        return await self.begin(target, announced, allowance)

    async def take_for_chart(
        self,
        chart: ChartAccess,
        name: str,
        source: AsyncIterator[Chunk],
        allowance: Allowance,
        category: str = Category.OTHER,
        *,
        channel: str = Channel.STAFF_UPLOAD,
        source_id: str = "",
    ) -> Upload:
        """Take a staff upload of unannounced length in one go (a form without script, or a picture
        made in a visit, its source). Raises TooLarge, FileRefused, SenderGone; nothing stays then.
        """
        target = upload_rows.into_chart(chart, category, channel, source_id)
        return await self.take(chart, target, name, source, allowance, allowance.largest)

    async def take_held(
        self,
        holder: HolderAccess,
        name: str,
        source: AsyncIterator[Chunk],
        allowance: Allowance,
        given_id: str = "",
    ) -> Upload:
        """Take a file of unannounced length from a patient's device; see `take_for_chart`."""
        target = self._held_by(holder)
        async with self._database.read() as db:
            room = await room_left(self._repository, db, target, allowance)
        try:
            return await self.take(holder, target, name, source, allowance, room, given_id=given_id)
        except TooLarge as error:
            raise (too_many_bytes(allowance) if room < allowance.largest else error) from error

    def _held_by(
        self, holder: HolderAccess, channel: str = "", category: str = "", source_id: str = ""
    ) -> upload_rows.Target:
        kind = self._intake.holders.of(holder.subject_id)
        return upload_rows.held_by(
            holder, channel or kind.channel, category or kind.category, source_id
        )

    async def take(
        self,
        access: UploadAccess,
        target: upload_rows.Target,
        name: str,
        source: AsyncIterator[Chunk],
        allowance: Allowance,
        limit: int,
        comment: str = "",
        given_id: str = "",
    ) -> Upload:
        """Take a file into a target, which was made from `access`, in one go."""
        announced = Announced(name, 1, comment=comment, given_id=given_id)
        begun = await self.begin(target, announced, allowance)
        row = await self._row(access, begun.id)
        media_type = ""

        async def check_head(head: bytes) -> None:
            nonlocal media_type
            media_type = await self._check_head(row, head)

        try:
            writer = await SealedWriter.begin(await self._blob(row), None)
            received = await receiving.receive(source, writer, limit=limit, check_head=check_head)
            faults.point("upload.taken")
        except FileRefused:
            raise
        except TooLarge as error:
            await self._remove(row, access.actor, Action.UPLOAD_CANCELLED)
            raise too_large(allowance) from error
        except BaseException:
            await self._remove(row, access.actor, Action.UPLOAD_CANCELLED)
            raise
        await self._complete(row, media_type, received.offset)
        whole = row._replace(length=received.offset, position=received.offset, finished=True)
        return upload_rows.seen(whole)

    async def begin(
        self, target: upload_rows.Target, announced: Announced, allowance: Allowance
    ) -> Upload:
        """Begin an upload into a target made from a permission. Raises TooLarge, at once."""
        if announced.length > allowance.largest:
            raise too_large(allowance)
        if announced.length <= 0:
            raise FileRefused("empty")
        keys = await self._vault.clinic(target.clinic_id)
        upload_id, file_id = new_id("upl"), new_id("fil")
        expires_at = clock.now() + EXPIRES_AFTER
        record = {
            "name": safe_name(announced.name),
            "comment": announced.comment[:2_000],
            "taken_at": announced.taken_at,
            "metadata": announced.metadata,
            "given_id": announced.given_id,
            "looks": announced.looks,
            "actor": [str(target.actor.kind), target.actor.id, target.actor.address],
        }
        async with self._database.unit_of_work() as work:
            if target.holder_id:
                await work.lock(target.holder_id)
                if announced.length > await room_left(self._repository, work, target, allowance):
                    raise too_many_bytes(allowance)
            wrapped = await self._vault.wrap_new(
                work, target.clinic_id, new_data_key(), upload_rows.KEY, file_id
            )
            await work.execute(
                upload_rows.ADD,
                id=upload_id,
                file_id=file_id,
                clinic_id=target.clinic_id,
                patient_id=target.patient_id,
                owner_id=target.owner_id,
                holder_id=target.holder_id,
                channel=target.channel,
                category=target.category,
                source_id=target.source_id,
                data_key=wrapped,
                length=announced.length,
                position=0,
                tail=b"",
                media_type="",
                record=keys.seal(upload_rows.RECORD, upload_id, record),
                checked=False,
                finished=False,
                refusal="",
                touched_at=clock.now(),
                expires_at=expires_at,
            )
        faults.point("upload.begun")
        return Upload(upload_id, file_id, announced.length, 0, False, "", expires_at)

    async def find(self, access: UploadAccess, upload_id: str) -> Upload:
        """Return an upload of this sender, with the acknowledged bytes.

        A request still receiving for it (a connection that died silently) is stopped first; after
        a kill the sealed bytes on disk show how far it got. Raises NotFound, and Gone if it has
        expired.
        """
        async with self._leases.alone(upload_id):
            row = await self._row(access, upload_id)
            if row.finished or row.refusal:
                return upload_rows.seen(row)
            point = await self._resume_point(row)
            if point.finished:
                await self._complete(row)
                return upload_rows.seen(await self._row(access, upload_id))
            return upload_rows.seen(row, position=point.offset)

    async def metadata(self, access: UploadAccess, upload_id: str) -> str:
        """Return the sender's metadata unchanged. Raises NotFound, Gone."""
        row = await self._row(access, upload_id)
        keys = await self._vault.clinic(row.clinic_id)
        return keys.unseal(upload_rows.RECORD, row.id, row.record)["metadata"]

    async def append(
        self,
        access: UploadAccess,
        upload_id: str,
        offset: int,
        source: AsyncIterator[Chunk],
        checksum: tuple[str, bytes] | None = None,
    ) -> Upload:
        """Receive bytes from `offset` on; returns once they are durable, or the sender is gone.

        `checksum` is an algorithm's name and the digest of these bytes. Raises Conflict if
        `offset` is not the upload's position, FileRefused for a type that is not accepted (the
        upload is over then), ChecksumMismatch, StorageFull.
        """
        async with self._leases.alone(upload_id) as lease:
            row = await self._row(access, upload_id)
            if row.refusal:
                raise FileRefused(row.refusal)
            seen = await self._repository.store.size(blob_key(row.clinic_id, row.file_id))
            point = None if row.finished else await self._resume_point(row)
            if point is None or point.finished or offset != point.offset:
                raise Conflict(
                    _("The upload stands somewhere else. It goes on from there by itself."),
                    code="wrong_offset",
                )
            with lease.receiving():
                received, media_type = await self._receive(row, point, seen, source, checksum)
            faults.point("upload.sealed" if received.finished else "upload.paused")
            if received.finished:
                await self._complete(row, media_type)
            else:
                await self._remember(row, received, media_type)
            faults.point("upload.noted")
        return upload_rows.seen(row, position=received.offset, finished=received.finished)

    async def _receive(
        self,
        row: UploadRow,
        point: ResumePoint,
        seen: int | None,
        source: AsyncIterator[Chunk],
        checksum: tuple[str, bytes] | None,
    ) -> tuple[receiving.Received, str]:
        """Return what was received, and the detected type."""
        found = row.media_type
        check_end: receiving.CheckEnd | None = None
        if checksum:
            algorithm, expected = checksum
            hasher = hashlib.new(algorithm, usedforsecurity=False)
            source = receiving.hashed(source, hasher)
            await self._mark_checked(row)

            def compare() -> None:
                if hasher.digest() != expected:
                    raise ChecksumMismatch

            check_end = compare

        async def check_head(head: bytes) -> None:
            nonlocal found
            found = await self._check_head(row, head)

        writer = await self._writer(row, point, seen)
        received = await receiving.receive(
            source,
            writer,
            limit=row.length,
            check_head=check_head,
            check_end=check_end,
            tail=point.tail,
        )
        return received, found

    async def _mark_checked(self, row: UploadRow) -> None:
        """Record that from now on only what a checksum has confirmed counts, even after a kill."""
        if not row.checked:
            async with self._database.unit_of_work() as work:
                await work.execute(upload_rows.CHANGE, of=row.id, checked=True)
            faults.point("upload.marked")

    async def _writer(self, row: UploadRow, point: ResumePoint, seen: int | None) -> SealedWriter:
        """Return a writer that resumes at `point`, unless another process has received more since
        the blob was `seen`."""
        blob = await self._blob(row)
        seen = -1 if seen is None else seen
        if point.offset == 0:
            return await SealedWriter.begin(blob, row.length, seen=seen)
        return await SealedWriter.resume(blob, point.offset, point.tail, row.length, seen=seen)

    async def _blob(self, row: UploadRow) -> SealedBlob:
        wrapped, column = bytes(row.data_key), upload_rows.KEY
        data_key = await self._vault.unwrap(row.clinic_id, wrapped, column, row.file_id)
        key = blob_key(row.clinic_id, row.file_id)
        return SealedBlob(self._repository.store, key, data_key, row.file_id)

    async def _resume_point(self, row: UploadRow) -> ResumePoint:
        """Return where this upload resumes. Most only begin, and then there is nothing to look
        for."""
        keys = await self._vault.clinic(row.clinic_id)
        tail = keys.unseal_bytes(_TAIL, row.id, bytes(row.tail)) if row.tail else b""
        point = await resume_point(await self._blob(row), row.position, tail)
        if row.checked and not point.finished:
            return ResumePoint(row.position, tail, finished=False)
        return point

    async def _check_head(self, row: UploadRow, head: bytes) -> str:
        """Return the type by content. Raises FileRefused before anything is stored."""
        keys = await self._vault.clinic(row.clinic_id)
        name = keys.unseal(upload_rows.RECORD, row.id, row.record)["name"]
        sniffed = sniff(head, name)
        refusal = sniffed.refusal or media_types.refusal_in_channel(sniffed.media_type, row.channel)
        if refusal:
            await self._refuse(row, refusal)
            raise FileRefused(refusal)
        return sniffed.media_type

    async def _refuse(self, row: UploadRow, refusal: str) -> None:
        sender = await self._sender(row)
        async with self._database.unit_of_work() as work:
            await work.execute(
                upload_rows.CHANGE, of=row.id, refusal=refusal, data_key=b"", tail=b""
            )
            await self._audit.record(
                work,
                row.clinic_id,
                sender.actor,
                Action.FILE_REFUSED,
                patient_id=row.patient_id,
                subject_id=row.file_id,
                reason=refusal,
            )

    async def _remember(
        self, row: UploadRow, received: receiving.Received, media_type: str
    ) -> None:
        keys = await self._vault.clinic(row.clinic_id)
        tail = keys.seal_bytes(_TAIL, row.id, received.tail) if received.tail else b""
        async with self._database.unit_of_work() as work:
            found = await work.execute(
                upload_rows.CHANGE,
                of=row.id,
                position=received.offset,
                tail=tail,
                media_type=media_type,
                touched_at=clock.now(),
                expires_at=clock.now() + EXPIRES_AFTER,
            )
            if not found:
                self._intake.erase_later(work, row.clinic_id, row.file_id)

    async def _complete(self, row: UploadRow, media_type: str = "", length: int = 0) -> None:
        """Hand a file whose last byte is durable to the intake, in one transaction, once."""
        key = {"of": row.id, "owner": row.owner_id, "clinic": row.clinic_id}
        async with self._database.unit_of_work() as work:
            if row.holder_id:
                # Anybody counting what a request holds sees the file before or after, not in
                # between.
                await work.lock(row.holder_id)
            current = await work.one(upload_rows.BY_ID, **key)
            if current is not None and current.finished:
                return
            if current is None or not await work.execute(
                upload_rows.CHANGE,
                of=row.id,
                finished=True,
                media_type=media_type or current.media_type,
                length=length or current.length,
                position=length or current.length,
                tail=b"",
            ):  # cancelled elsewhere while its bytes arrived
                self._intake.erase_later(work, row.clinic_id, row.file_id)
                return
            sender = await self._sender(current)  # with the current comment
            complete = await work.one(upload_rows.BY_ID, **key)
            assert complete is not None  # noqa: S101 - changed by the statement above
            await self._intake.received(work, complete, sender)
            until = upload_rows.receipt_until(current)
            await work.execute(upload_rows.CHANGE, of=row.id, data_key=b"", expires_at=until)

    async def _sender(self, row: UploadRow) -> Sender:
        keys = await self._vault.clinic(row.clinic_id)
        record = keys.unseal(upload_rows.RECORD, row.id, row.record)
        kind, person, address = record["actor"]
        return Sender(
            Actor(kind, person, address),
            FileRecord(
                record["name"],
                record["comment"],
                record["taken_at"],
                given_id=record.get("given_id", ""),  # earlier versions stored none
                looks=record.get("looks", ""),
            ),
        )

    async def cancel(self, access: UploadAccess, upload_id: str) -> None:
        """Cancel an upload for its sender: what arrived is destroyed."""
        async with self._leases.alone(upload_id):
            row = await self._row(access, upload_id)
            if row.finished:
                raise Gone(_("This file has arrived completely. Delete it from the list instead."))
            await self._remove(row, access.actor, Action.UPLOAD_CANCELLED)

    async def expire(self) -> int:
        """Destroy abandoned uploads, for the worker's sweep. Returns how many."""
        async with self._database.read() as db:
            rows = await db.all(upload_rows.EXPIRED, moment=clock.now())
        for row in rows:
            sender = await self._sender(row)
            await self._remove(row, sender.actor, Action.UPLOAD_EXPIRED)
        return len(rows)

    async def _remove(self, row: UploadRow, actor: Actor, action: Action) -> None:
        async with self._database.unit_of_work() as work:
            await work.execute(upload_rows.DROP, of=row.id)
            if not row.finished:
                await self._audit.record(
                    work,
                    row.clinic_id,
                    actor,
                    action,
                    patient_id=row.patient_id,
                    subject_id=row.file_id,
                )
                self._intake.erase_later(work, row.clinic_id, row.file_id)

    async def abandon(self, holder: HolderAccess, actor: Actor | None = None) -> None:
        """Stop and destroy everything being uploaded to this holder, in the name of `actor` if it
        is not the holder's own decision."""
        async with self._database.read() as db:
            rows = await db.all(
                upload_rows.UNFINISHED_OF_HOLDER, holder=holder.subject_id, clinic=holder.clinic_id
            )
        for row in rows:
            async with self._leases.alone(row.id):
                async with self._database.read() as db:
                    now = await db.one(
                        upload_rows.BY_ID, of=row.id, owner=row.owner_id, clinic=row.clinic_id
                    )
                if now is not None and not now.finished:  # otherwise it is a held file
                    await self._remove(now, actor or holder.actor, Action.UPLOAD_CANCELLED)

    async def _row(self, access: UploadAccess, upload_id: str) -> UploadRow:
        async with self._database.read() as db:
            row = await db.one(
                upload_rows.BY_ID, of=upload_id, owner=access.owner_id, clinic=access.clinic_id
            )
        if row is None or not upload_rows.belongs_to(row, access):
            raise NotFound
        if row.expires_at < clock.now():
            raise Gone(_("This upload was not finished in time. Please choose the file again."))
        return row
