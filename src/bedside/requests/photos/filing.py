"""From the patient's agreement to the chart, and what happens to photos when a request ends."""

from typing import Any

from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.files import arrivals
from bedside.files.intake import Intake
from bedside.files.retrieval import HeldFile, Retrieval
from bedside.files.states import FileState
from bedside.kernel import clock
from bedside.kernel.jobs import TryAgain
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.service import Links
from bedside.notifications.messenger import Messenger
from bedside.notifications.texts import in_language
from bedside.people.clinics import Clinics
from bedside.people.permissions import LinkAccess
from bedside.requests import records, texts
from bedside.requests.messages import send_text
from bedside.requests.photos import agreed
from bedside.requests.photos.agreed import Outcome
from bedside.requests.photos.details import PhotoDetails
from bedside.requests.photos.texts import photo_title
from bedside.requests.records import RequestRow
from bedside.requests.states import State, Step

SETTLE = "request.settle"

_SOON = 5 * clock.SECOND
_LATER = 30 * clock.MINUTE

DESTROYED = frozenset({FileState.REFUSED, FileState.INFECTED})
_COMPLETE = frozenset({FileState.FILED, FileState.UNSCANNED})


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
        retrieval: Retrieval,
        messenger: Messenger,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._links = links
        self._intake = intake
        self._retrieval = retrieval
        self._messenger = messenger

    async def file_changed(self, work: UnitOfWork, row: RequestRow, link: LinkAccess) -> None:
        """Handle a held photo that is complete: if it was agreed to, file it, or publish its
        refusal, now."""
        await self.settle_in(work, row, link)
        if not row.unagreed_at:  # one that is here already stays until it is sent or deleted
            await self.note_unagreed(work, link)

    async def note_unagreed(self, work: UnitOfWork, link: LinkAccess) -> None:
        """Store whether complete photos are here that nobody has agreed to send."""
        row = await records.locked(work, link.subject_id)
        if row is None:
            return
        coming = agreed.coming(await agreed.of_request(work, row.id))
        held = await self._retrieval.held(link, work)
        some = any(p.state in _COMPLETE and agreed.name_of(p) not in coming for p in held)
        await records.note_unagreed(work, row, some)

    async def settle(self, link: LinkAccess, *, patient: bool = True) -> bool:
        """File the agreed photos that are complete. Returns whether nothing is left to come.

        With `patient`, photos being scanned are left for a moment, so that the patient instead of
        the clinic learns of a refusal; otherwise they are filed as not scanned yet.
        """
        async with self._database.unit_of_work() as work:
            row = await records.locked(work, link.subject_id)
            return row is None or await self.settle_in(work, row, link, patient=patient)

    async def settle_in(
        self, work: UnitOfWork, row: RequestRow, link: LinkAccess, *, patient: bool = True
    ) -> bool:
        """Do the same in a unit of work, with the request read by `records.locked`."""
        if row.state != State.IN_PROGRESS or row.expected <= row.filed:
            return True
        names = agreed.coming(await agreed.of_request(work, row.id))
        held = await self._retrieval.held(link, work)
        wanted = _COMPLETE if patient else {*_COMPLETE, FileState.SCANNING}
        ready = [p for p in held if p.state in wanted and agreed.name_of(p) in names]
        arrived = await self._file(work, row, link, ready)
        gone = names & await self._turned_away(work, link, held)
        for name in gone:
            await agreed.settle(work, row.id, name, Outcome.REFUSED)
        values = {
            "expected": row.expected - len(gone),
            "filed": row.filed + len(arrived),
            "filed_bytes": row.filed_bytes + sum(photo.size for photo in arrived),
        }
        if values["filed"] < values["expected"]:
            if arrived or gone:
                await records.save(work, row, **values)
            return False
        await self._all_came(work, row, link, values)
        return True

    async def leave_out(
        self, work: UnitOfWork, row: RequestRow, link: LinkAccess, names: frozenset[str]
    ) -> bool:
        """Continue without agreed photos that have not arrived: these, or all of them. Returns
        whether nothing is left to come."""
        coming = agreed.coming(await agreed.of_request(work, row.id))
        here = {agreed.name_of(photo) for photo in await self._retrieval.held(link, work)}
        gone = (names & coming if names else coming) - here
        for name in gone:
            await agreed.settle(work, row.id, name, Outcome.LEFT_OUT)
        # Without names, photos that earlier versions only counted are left out too.
        expected = row.expected - len(gone) if names else row.filed + len(coming - gone)
        if row.state != State.IN_PROGRESS or row.expected <= row.filed:
            return True
        values = {"expected": expected, "filed": row.filed, "filed_bytes": row.filed_bytes}
        if row.filed < expected:
            await records.save(work, row, **values)
            return False
        await self._all_came(work, row, link, values)
        return True

    async def _turned_away(
        self, work: UnitOfWork, link: LinkAccess, held: list[HeldFile]
    ) -> frozenset[str]:
        """Return the names of photos that were refused: as they arrived, or after their scan."""
        keys = await self._vault.clinic(link.clinic_id)
        refused = await arrivals.refused(work, keys, link)
        destroyed = [photo for photo in held if photo.state in DESTROYED]
        there = {agreed.name_of(photo) for photo in held if photo.state not in DESTROYED}
        return frozenset(agreed.name_of(photo) for photo in (*refused, *destroyed)) - there

    async def _all_came(
        self, work: UnitOfWork, row: RequestRow, link: LinkAccess, values: dict[str, int]
    ) -> None:
        if values["filed"]:
            await self._complete(work, row, link, values)
        else:  # nothing was acceptable: back to choosing
            await records.save(work, row, expected=0, agreed_at=0)

    async def _file(
        self, work: UnitOfWork, row: RequestRow, link: LinkAccess, ready: list[HeldFile]
    ) -> list[HeldFile]:
        """File photos under what the clinic asked for, numbered: file names of phones say
        little."""
        if not ready:
            return []
        request = records.opened(await self._vault.clinic(row.clinic_id), row)
        details = PhotoDetails.of(request.content)
        clinic = await self._clinics.get(row.clinic_id)
        arrived: list[HeldFile] = []
        with in_language(clinic.options.language):
            for photo in ready:
                number = row.filed + len(arrived) + 1
                title = photo_title(details.template, details.body_part, number)
                if await self._intake.file_held(work, link, photo.id, title):
                    name = agreed.name_of(photo)
                    await agreed.settle(work, row.id, name, Outcome.FILED, photo.id)
                    arrived.append(photo)
        return arrived

    async def _complete(
        self, work: UnitOfWork, row: RequestRow, link: LinkAccess, values: dict[str, int]
    ) -> None:
        """Complete the request: everything is in the chart. Notifies the clinic and the patient."""
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
            wording = texts.thanks(clinic)
        await send_text(self._messenger, work, row, content, f"thanks/{filed}", wording)

    async def last_call(self, work: UnitOfWork, row: RequestRow) -> None:
        """File what was agreed to and is here, and give up the rest: the link has ended."""
        link = await self._links.on_behalf(row.id, work)
        if link is None or await self.settle_in(work, row, link, patient=False):
            return
        await self.leave_out(work, await records.locked_again(work, row), link, frozenset())

    # --- jobs ----------------------------------------------------------------------------------

    async def settle_later(self, payload: dict[str, Any]) -> None:
        """Job: continue filing for a patient who agreed and closed the page."""
        request_id = payload["request_id"]
        row = await self._row(request_id)
        link = await self._links.on_behalf(request_id)
        if row is None or link is None or row.state != State.IN_PROGRESS:
            return
        if not await self.settle(link, patient=False):
            waited = clock.now() - row.agreed_at
            raise TryAgain(min(max(waited // 2, _SOON), _LATER), "photos are still to come")

    async def _row(self, request_id: str) -> RequestRow | None:
        async with self._database.read() as db:
            return await db.one(records.by_id, of=request_id)
