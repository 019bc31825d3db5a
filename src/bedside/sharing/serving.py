"""Serving a share to whoever holds its link: the manifest, and the files it names.

These are the requests of the SMART Health Links specification. Files are encrypted while they are
sent, under the key of the link, and locations are tickets: short-lived addresses that need no row.
"""

from base64 import urlsafe_b64decode
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.charts.patient_side import OwnEntry, PatientSide
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import BedsideError, NotFound, WrongInput
from bedside.files.patient_files import PatientFiles
from bedside.files.retrieval import Opened
from bedside.kernel import clock
from bedside.kernel.ids import is_id, new_id
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line, says_nothing
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.clinics import Clinics
from bedside.people.patients import Patients
from bedside.people.permissions import ShareAccess, share_access
from bedside.sharing.documents import (
    CONTENT_TYPE,
    FHIR_VERSION,
    Document,
    document_of,
    instant,
    list_of,
)
from bedside.sharing.jwe import b64url, encrypted, length_of
from bedside.sharing.models import share_keys, share_openings, shares
from bedside.sharing.rows import SHARE_KEYS, SHARES, ShareKeyRow, ShareRow
from bedside.sharing.shares import Shares, passcode_hash, secret_hash

MOST_WRONG = 5
"""Wrong passcodes over the whole life of a share."""
TICKET_LASTS = 30 * clock.MINUTE
"""The specification allows an hour."""
MOST_EMBEDDED = 256 << 10
"""Characters of a file inside the manifest, which is in memory as a whole."""
_LONGEST_RECIPIENT = 120
_RECORD, _KEY, _OPENING = "shares.record", "share_keys.record", "share_openings.record"

_by_secret = prepared(
    select(share_keys).where(share_keys.c.secret_hash == bindparam("hash")).with_for_update(),
    ShareKeyRow,
)
_by_id = prepared(select(share_keys).where(share_keys.c.share_id == bindparam("of")), ShareKeyRow)
_set_wrong = prepared(
    update(share_keys)
    .where(share_keys.c.share_id == bindparam("of"))
    .values(wrong_passcodes=bindparam("wrong"))
)
_share = prepared(select(shares).where(shares.c.id == bindparam("of")), ShareRow)
_add_opening = prepared(insert(share_openings))
_count_file = prepared(
    update(share_openings)
    .where(
        share_openings.c.id == bindparam("of"), share_openings.c.share_id == bindparam("of_share")
    )
    .values(files_read=share_openings.c.files_read + 1)
)


class WrongPasscode(BedsideError):
    """The passcode is missing or wrong. With none left the share has ended."""

    status = 401
    code = "wrong_passcode"
    sentence = N_("This passcode is not right.")

    def __init__(self, remaining: int) -> None:
        super().__init__()
        self.remaining = remaining


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a manifest. `embedded_most`: characters of a file that may be inside it, None
    if the client did not say."""

    recipient: str
    passcode: str
    embedded_most: int | None
    address: str


@dataclass(frozen=True, slots=True)
class _Open:
    """An open share, verified: its rows, its key, and the permission."""

    share: ShareRow
    record: dict[str, Any]
    key: bytes
    access: ShareAccess


class SharedFiles:
    """Serves shares."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        patients: Patients,
        side: PatientSide,
        files: PatientFiles,
        links: Shares,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._patients = patients
        self._side = side
        self._files = files
        self._links = links
        self._base_url = base_url.rstrip("/")

    async def manifest(self, secret: str, asked: Asked) -> dict[str, Any]:
        """Return the manifest, and record the opening. Raises NotFound for a share that is not
        open (any more), WrongInput without a recipient, WrongPasscode."""
        recipient = one_line(asked.recipient)[:_LONGEST_RECIPIENT]
        if says_nothing(recipient):
            raise WrongInput(N_("Please write who you are."), field="recipient")
        opening_id = new_id("opn")
        async with self._database.unit_of_work() as work:
            key = await work.one(_by_secret, hash=secret_hash(secret))
            found = await self._verified(work, key, asked.address) if key else None
            if found is None or key is None:
                raise NotFound
            remaining = await self._passcode(work, key, found, asked.passcode)
            if remaining is None:
                await self._record(work, found, opening_id, recipient)
        if remaining is not None:  # after the commit, which counts it
            raise WrongPasscode(remaining)
        return await self._listed(found, opening_id, asked.embedded_most)

    async def _passcode(
        self, work: UnitOfWork, key: ShareKeyRow, found: _Open, given: str
    ) -> int | None:
        """Count a wrong passcode. Returns how many tries are left, None if it was right. The row
        is locked, so parallel guesses are counted one after the other."""
        if not key.passcode_hash:
            return None
        keys, tries = await self._vault.clinic(key.clinic_id), MOST_WRONG - key.wrong_passcodes
        if not given:
            return tries
        if compare_digest(
            passcode_hash(keys, key.share_id, one_line(given)), bytes(key.passcode_hash)
        ):
            return None
        await work.execute(_set_wrong, of=key.share_id, wrong=key.wrong_passcodes + 1)
        await self._audit.record(
            work,
            key.clinic_id,
            found.access.actor,
            Action.SHARE_REFUSED,
            patient_id=found.share.patient_id,
            subject_id=key.share_id,
        )
        if tries <= 1:
            await self._links.end_in(work, key.share_id, "passcodes", found.access.actor)
        return max(0, tries - 1)

    async def _record(
        self, work: UnitOfWork, found: _Open, opening_id: str, recipient: str
    ) -> None:
        share, access = found.share, found.access
        keys = await self._vault.clinic(share.clinic_id)
        record = {"recipient": recipient, "address": access.address}
        await work.execute(
            _add_opening,
            id=opening_id,
            share_id=share.id,
            clinic_id=share.clinic_id,
            at=clock.now(),
            files_read=0,
            record=keys.seal(_OPENING, opening_id, record),
        )
        await self._audit.record(
            work,
            share.clinic_id,
            access.actor,
            Action.SHARE_OPENED,
            patient_id=share.patient_id,
            subject_id=share.id,
            recipient=recipient,
        )

    async def _listed(
        self, found: _Open, opening_id: str, embedded_most: int | None
    ) -> dict[str, Any]:
        clinic = await self._clinics.get(found.access.clinic_id)
        keys = await self._vault.clinic(found.access.clinic_id)
        files: list[dict[str, Any]] = []
        for entry in await self._side.some(found.access, found.access.entry_ids):
            one: dict[str, Any] = {
                "contentType": CONTENT_TYPE,
                "lastUpdated": instant(entry.received_at),
                "status": "finalized",
                "fhirVersion": FHIR_VERSION,
            }
            opened = await self._files.shared(found.access, entry)
            document = await self._document(found.access, entry, opened)
            length = length_of(document.length, CONTENT_TYPE)
            if embedded_most is not None and length <= min(embedded_most, MOST_EMBEDDED):
                pieces = [p async for p in _sealed(found.key, document, opened)]
                one["embedded"] = b"".join(pieces).decode()
                await self._read(found.access, opening_id, entry)
            else:
                ticket = _ticket(keys, found.share.id, opening_id, entry.id)
                one["location"] = f"{self._base_url}/shl/file/{ticket}"
            files.append(one)
        if not files:
            raise NotFound  # all of them were taken out of the patient's view meanwhile
        return {"files": files, "list": list_of(clinic.name, clock.now())}

    async def file(self, ticket: str, address: str) -> AsyncGenerator[bytes]:
        """Open the file of a ticket, and record that it was read. Returns its JWE, piece by piece.
        Raises NotFound, also for a share that has ended since."""
        parts = ticket.split(".")
        if len(parts) != 5 or not is_id(parts[0], "shr") or not parts[3].isdecimal():
            raise NotFound
        share_id, opening_id, entry_id, until, _mac = parts
        async with self._database.read() as db:
            key = await db.one(_by_id, of=share_id)
            found = await self._verified(db, key, address) if key else None
        if found is None or int(until[:12]) * clock.SECOND < clock.now():
            raise NotFound
        keys = await self._vault.clinic(found.access.clinic_id)
        expected = _ticket(keys, share_id, opening_id, entry_id, int(until[:12]))
        if not compare_digest(expected.encode(), ticket.encode()):
            raise NotFound
        for entry in await self._side.some(found.access, (entry_id,)):
            opened = await self._files.shared(found.access, entry)
            document = await self._document(found.access, entry, opened)
            await self._read(found.access, opening_id, entry)
            return _sealed(found.key, document, opened)
        raise NotFound

    async def _verified(self, db: Reader, key: ShareKeyRow, address: str) -> _Open | None:
        """Return an open share, None for one that is over. Raises RecordSealBroken."""
        await SHARE_KEYS.check(self._vault, key)
        share = await db.one(_share, of=key.share_id)
        if share is None or share.ended_at or key.expires_at <= clock.now():
            return None
        await SHARES.check(self._vault, share)
        keys = await self._vault.clinic(share.clinic_id)
        record = keys.unseal(_RECORD, share.id, share.record)
        opens = keys.unseal(_KEY, share.id, key.record)
        access = share_access(
            share.id, share.clinic_id, share.patient_id, tuple(record["entries"]), address
        )
        return _Open(share, record, _bytes_of(opens["key"]), access)

    async def _document(self, access: ShareAccess, entry: OwnEntry, opened: Opened) -> Document:
        clinic = await self._clinics.get(access.clinic_id)
        names = await self._patients.named(clinic.id, {entry.patient_id})
        return document_of(
            entry,
            name=opened.name,
            media_type=opened.media_type,
            size=opened.size,
            patient=names.get(entry.patient_id, ""),
            clinic=clinic.name,
        )

    async def _read(self, access: ShareAccess, opening_id: str, entry: OwnEntry) -> None:
        async with self._database.unit_of_work() as work:
            await work.execute(_count_file, of=opening_id, of_share=access.share_id)
            await self._audit.record(
                work,
                access.clinic_id,
                access.actor,
                Action.SHARE_READ,
                patient_id=access.patient_id,
                subject_id=entry.file_id,
                entry=entry.id,
            )


def _sealed(key: bytes, document: Document, opened: Opened) -> AsyncGenerator[bytes]:
    return encrypted(key, document.json(opened.chunks(0, opened.size)), CONTENT_TYPE)


def _ticket(keys: ClinicKeys, share_id: str, opening_id: str, entry_id: str, until: int = 0) -> str:
    """Write the address of one file, which holds for some minutes. `until` in seconds."""
    until = until or (clock.now() + TICKET_LASTS) // clock.SECOND
    named = f"{share_id}.{opening_id}.{entry_id}.{until}"
    mac = keys.bind(f"share_keys.ticket\0{named}".encode())
    return f"{named}.{b64url(mac)}"


def _bytes_of(key: str) -> bytes:
    return urlsafe_b64decode(key + "=")
