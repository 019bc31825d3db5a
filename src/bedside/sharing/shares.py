"""Sharing on: links of a patient to chosen files, with passcode and end date (feature P5).

They follow the SMART Health Links specification, so that any app that knows them can open them.
What opens a share (its key, the secret of its address) is a row of its own, which is deleted when
the share ends; the share and its openings stay, for the patient to see.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.charts.patient_side import OwnEntry, PatientSide
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import Among, prepared
from bedside.errors import NotFound, TooMany, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import is_id, new_id, new_secret
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.permissions import PatientAccess
from bedside.people.record_parts import Part
from bedside.sharing.jwe import KEY_BYTES, b64url
from bedside.sharing.models import share_keys, share_openings, shares
from bedside.sharing.rows import SHARE_KEYS, SHARES, OpeningRow, ShareKeyRow, ShareRow

LONGEST_LABEL = 80
"""Characters; the specification has no longer ones."""
SHORTEST_PASSCODE, LONGEST_PASSCODE = 4, 40
MOST_FILES = 30
LARGEST = 50_000_000
"""Bytes of a file: whoever opens it has all of it in the memory of a phone."""
MOST_DAYS = 365
MOST_OPEN = 20
"""Shares of one patient at a time."""
_RECORD, _KEY, _OPENING = "shares.record", "share_keys.record", "share_openings.record"

_add = prepared(insert(shares))
_add_key = prepared(insert(share_keys))
_drop_key = prepared(delete(share_keys).where(share_keys.c.share_id == bindparam("of")))
_key_of = prepared(select(share_keys).where(share_keys.c.share_id == bindparam("of")), ShareKeyRow)
_is_theirs = (
    shares.c.patient_id == bindparam("patient"),
    shares.c.clinic_id == bindparam("clinic"),
)
_one = prepared(select(shares).where(shares.c.id == bindparam("of"), *_is_theirs), ShareRow)
_listed = prepared(
    select(shares)
    .where(*_is_theirs)
    .order_by(shares.c.created_at.desc())
    .limit(bindparam("limit")),
    ShareRow,
)
_open = prepared(
    select(func.count().label("shares"))
    .select_from(shares.join(share_keys, share_keys.c.share_id == shares.c.id))
    .where(*_is_theirs)
)
_due = prepared(
    select(share_keys.c.share_id)
    .where(share_keys.c.expires_at <= bindparam("moment"))
    .order_by(share_keys.c.expires_at)
    .limit(100)
)
_openings = prepared(
    select(share_openings)
    .where(share_openings.c.share_id == bindparam("of"))
    .order_by(share_openings.c.at.desc(), share_openings.c.id.desc())
    .limit(bindparam("limit")),
    OpeningRow,
)
_counts: Among[Any] = Among(
    lambda ids: (
        select(
            share_openings.c.share_id,
            func.count().label("openings"),
            func.max(share_openings.c.at).label("last"),
        )
        .where(share_openings.c.share_id.in_(ids))
        .group_by(share_openings.c.share_id)
    ),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A share to be made. `id` is that of a draft: sent twice, one share is made."""

    id: str
    label: str
    entry_ids: Sequence[str]
    passcode: str
    days: int


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening. `recipient` is what somebody wrote about themselves."""

    at: int
    recipient: str
    address: str
    files_read: int

    def __repr__(self) -> str:
        return f"Opening({self.at})"


@dataclass(frozen=True, slots=True)
class Share:
    """A share, as the patient sees it. `ended_why` is "", “patient”, “date” or “passcodes”;
    `is_open` is also False for one that a restored backup did not bring back."""

    id: str
    label: str
    entry_ids: tuple[str, ...]
    has_passcode: bool
    by_kind: str
    created_at: int
    expires_at: int
    ended_at: int
    ended_why: str
    is_open: bool
    openings: int = 0
    last_opened_at: int = 0

    def __repr__(self) -> str:
        return f"Share({self.id})"


@dataclass(frozen=True, slots=True)
class ShareDetails:
    """A share with its openings, its files as far as they are in the view, and, while it is open,
    the link and the passcode: the patient gives them to somebody later, too."""

    share: Share
    openings: list[Opening]
    entries: list[OwnEntry]
    link: str
    viewer_link: str
    passcode: str
    wrong_passcodes: int

    def __repr__(self) -> str:
        return f"ShareDetails({self.share.id})"


class Shares:
    """Makes shares, shows and ends them."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        side: PatientSide,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._side = side
        self._base_url = base_url.rstrip("/")

    @staticmethod
    def new_draft() -> str:
        """Return the id of a share to be made."""
        return new_id("shr")

    async def create(self, patient: PatientAccess, wanted: Wanted) -> str:
        """Make a share and return its id. Idempotent by its draft. Raises WrongInput, NotShared,
        TooMany."""
        patient.require(Part.SHARING)
        label, passcode = _checked(wanted)
        entry_ids = await self._shareable(patient, wanted.entry_ids)
        share_id = wanted.id if is_id(wanted.id, "shr") else self.new_draft()
        which = {"patient": patient.patient_id, "clinic": patient.clinic_id}
        now = clock.now()
        until = now + wanted.days * clock.DAY
        keys = await self._vault.clinic(patient.clinic_id)
        async with self._database.unit_of_work() as work:
            await work.lock(f"shares of:{patient.patient_id}")
            if await work.one(_one, of=share_id, **which):
                return share_id
            already = await work.one(_open, **which)
            if already and already.shares >= MOST_OPEN:
                raise TooMany(
                    N_("You have many open links. End one that is no longer needed first.")
                )
            record = {"label": label, "entries": entry_ids}
            row: dict[str, Any] = {
                "id": share_id,
                "clinic_id": patient.clinic_id,
                "patient_id": patient.patient_id,
                "by_kind": str(patient.actor.kind),
                "by_id": patient.account.account_id,
                "record": keys.seal(_RECORD, share_id, record),
                "created_at": now,
                "expires_at": until,
                "ended_at": 0,
                "ended_why": "",
            }
            await work.execute(_add, **SHARES.bound(keys, row))
            await work.execute(_add_key, **_new_key(keys, share_id, passcode, until))
            await self._audit.record(
                work,
                patient.clinic_id,
                patient.actor,
                Action.SHARE_CREATED,
                patient_id=patient.patient_id,
                subject_id=share_id,
                entries=len(entry_ids),
            )
        return share_id

    async def _shareable(self, patient: PatientAccess, entry_ids: Sequence[str]) -> list[str]:
        chosen = tuple(dict.fromkeys(entry_ids))
        if len(chosen) > MOST_FILES:
            raise WrongInput(N_("Please choose at most 30 files."), field="entries")
        found = await self._side.some(patient, chosen)
        if not found:
            raise WrongInput(N_("Please choose at least one file."), field="entries")
        if len(found) < len(chosen):
            raise WrongInput(
                N_("One of these files is not there any more. Please choose again."),
                field="entries",
            )
        if any(entry.size > LARGEST for entry in found):
            raise WrongInput(
                N_("A file of more than 50 MB cannot be shared by a link. Please leave it out."),
                field="entries",
            )
        return [entry.id for entry in found]

    async def listed(self, patient: PatientAccess, limit: int = 100) -> list[Share]:
        """Return the shares of a patient, newest first."""
        patient.require(Part.SHARING)
        which = {"patient": patient.patient_id, "clinic": patient.clinic_id}
        async with self._database.read() as db:
            rows = await db.all(_listed, **which, limit=limit)
            known = {row.id: await db.one(_key_of, of=row.id) for row in rows if not row.ended_at}
            counts: dict[str, Any] = {}
            if rows:
                wanted, among = _counts.of([row.id for row in rows])
                counts = {row.share_id: row for row in await db.all(wanted, **among)}
        keys = await self._vault.clinic(patient.clinic_id)
        return [_shown(keys, row, known.get(row.id), counts.get(row.id)) for row in rows]

    async def one(self, patient: PatientAccess, share_id: str) -> ShareDetails:
        """Return a share with everything about it. Raises NotFound."""
        patient.require(Part.SHARING)
        async with self._database.read() as db:
            row = await self._required(db, patient, share_id)
            key = await db.one(_key_of, of=share_id)
            found = await db.all(_openings, of=share_id, limit=200)
        keys = await self._vault.clinic(patient.clinic_id)
        share = _shown(keys, row, key)
        bare = passcode = ""
        if key is not None and share.is_open:
            await SHARE_KEYS.check(self._vault, key)
            opens = keys.unseal(_KEY, share_id, key.record)
            bare, passcode = self._link(opens, key, share), opens["passcode"]
        entries = await self._side.some(patient, share.entry_ids) if _sees_files(patient) else []
        return ShareDetails(
            share=share,
            openings=[_opening(keys, one) for one in found],
            entries=entries,
            link=bare,
            viewer_link=f"{self._base_url}/shared#{bare}" if bare else "",
            passcode=passcode,
            wrong_passcodes=key.wrong_passcodes if key else 0,
        )

    def _link(self, opens: dict[str, Any], key: ShareKeyRow, share: Share) -> str:
        """Write the link: `shlink:/` and the payload, base64url."""
        payload: dict[str, Any] = {
            "url": f"{self._base_url}/shl/{opens['secret']}",
            "key": opens["key"],
            "exp": key.expires_at // clock.SECOND,
        }
        if share.has_passcode:
            payload["flag"] = "P"
        if share.label:
            payload["label"] = share.label
        payload["v"] = 1
        plain = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        return f"shlink:/{b64url(plain.encode())}"

    async def end(self, patient: PatientAccess, share_id: str) -> None:
        """End a share: nobody opens it from now on. Idempotent. Raises NotFound."""
        patient.require(Part.SHARING)
        async with self._database.unit_of_work() as work:
            await self._required(work, patient, share_id)
            await self.end_in(work, share_id, "patient", patient.actor)

    async def end_in(self, work: UnitOfWork, share_id: str, why: str, actor: Actor) -> None:
        """End a share in a unit of work. Idempotent."""
        await work.execute(_drop_key, of=share_id)  # locked first, as by whoever opens it
        row = await SHARES.locked(work, self._vault, id=share_id)
        if row is None or row.ended_at:
            return
        await SHARES.change(work, self._vault, row, ended_at=clock.now(), ended_why=why)
        await self._audit.record(
            work,
            row.clinic_id,
            actor,
            Action.SHARE_ENDED,
            patient_id=row.patient_id,
            subject_id=share_id,
            reason=why,
        )

    async def end_expired(self) -> None:
        """Sweep: end what has reached its end date."""
        async with self._database.read() as db:
            due = await db.all(_due, moment=clock.now())
        for row in due:
            async with self._database.unit_of_work() as work:
                await self.end_in(work, row.share_id, "date", SYSTEM)

    async def _required(self, db: Reader, patient: PatientAccess, share_id: str) -> ShareRow:
        row = await db.one(_one, of=share_id, patient=patient.patient_id, clinic=patient.clinic_id)
        if row is None:
            raise NotFound
        await SHARES.check(self._vault, row)
        return row


def secret_hash(secret: str) -> bytes:
    """Return what is stored of the secret of an address."""
    return hashlib.sha256(secret.encode()).digest()


def passcode_hash(keys: ClinicKeys, share_id: str, passcode: str) -> bytes:
    """Return what is stored of a passcode: keyed, because it is short and could be guessed from a
    plain hash."""
    return keys.bind(f"share_keys.passcode\0{share_id}\0{passcode}".encode())


def _new_key(keys: ClinicKeys, share_id: str, passcode: str, until: int) -> dict[str, Any]:
    secret, key = new_secret(), b64url(os.urandom(KEY_BYTES))
    row = {
        "share_id": share_id,
        "clinic_id": keys.clinic_id,
        "secret_hash": secret_hash(secret),
        "passcode_hash": passcode_hash(keys, share_id, passcode) if passcode else b"",
        "wrong_passcodes": 0,
        "record": keys.seal(_KEY, share_id, {"secret": secret, "key": key, "passcode": passcode}),
        "expires_at": until,
    }
    return SHARE_KEYS.bound(keys, row)


def _checked(wanted: Wanted) -> tuple[str, str]:
    """Return label and passcode. Raises WrongInput."""
    label, passcode = one_line(wanted.label), one_line(wanted.passcode)
    if len(label) > LONGEST_LABEL:
        raise WrongInput(N_("Please use at most 80 characters here."), field="label")
    if passcode and not SHORTEST_PASSCODE <= len(passcode) <= LONGEST_PASSCODE:
        raise WrongInput(
            N_("Please choose a passcode of 4 to 40 characters, or none."), field="passcode"
        )
    if not 1 <= wanted.days <= MOST_DAYS:
        raise WrongInput(N_("Please choose for how many days, 1 to 365."), field="days")
    return label, passcode


def _sees_files(patient: PatientAccess) -> bool:
    return Part.FILES in patient.parts


def _shown(keys: ClinicKeys, row: ShareRow, key: ShareKeyRow | None, counts: Any = None) -> Share:
    record = keys.unseal(_RECORD, row.id, row.record)
    still = key is not None and not row.ended_at and row.expires_at > clock.now()
    return Share(
        id=row.id,
        label=record["label"],
        entry_ids=tuple(record["entries"]),
        has_passcode=bool(key and key.passcode_hash),
        by_kind=row.by_kind,
        created_at=row.created_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
        is_open=still,
        openings=counts.openings if counts else 0,
        last_opened_at=counts.last if counts else 0,
    )


def _opening(keys: ClinicKeys, row: OpeningRow) -> Opening:
    record = keys.unseal(_OPENING, row.id, row.record)
    return Opening(row.at, record["recipient"], record["address"], row.files_read)
