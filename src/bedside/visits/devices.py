"""A patient's device in a visit, known by a token of its own: for a day from the check-in, and for
as long as the visit is in progress.

The token is stored as its SHA-256, so that a copy of the database opens nothing, and forgotten
once it opens nothing itself.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.database.bound_rows import BoundTable
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import NotSignedIn
from bedside.kernel import clock
from bedside.kernel.ids import new_secret
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork
from bedside.people.names import first_of
from bedside.people.permissions import VisitorAccess, visitor_access
from bedside.visits import rows
from bedside.visits.models import visit_devices, visits
from bedside.visits.states import GOING_ON, State

VISIT_DEVICES: BoundTable[Any] = BoundTable(
    visit_devices, "token_hash", "visit_id", "clinic_id", "expires_at"
)
KEPT_FOR = clock.DAY
_MARK = 32
_MOST_KNOWN = 8
_MOST_LANGUAGES = 4_000
_AT_ONCE = 500
"""Devices forgotten per unit of work: other writers do not wait for all of them."""


class DeviceRow(NamedTuple):
    """A stored device with its visit, to which `id` and the three after it belong."""

    id: str
    clinic_id: str
    patient_id: str
    state: str
    token_hash: bytes
    visit_id: str
    expires_at: int
    mac: bytes | None


_add = prepared(insert(visit_devices))
_set_draft = prepared(
    upsert(visit_devices).on_conflict_do_update(
        index_elements=["token_hash"],
        set_={
            "visit_id": bindparam("new_visit"),
            "expires_at": bindparam("until"),
            "mac": bindparam("new_mac"),
        },
    )
)
_by_token = prepared(
    select(
        visits.c.id,
        visits.c.clinic_id,
        visits.c.patient_id,
        visits.c.state,
        visit_devices.c.token_hash,
        visit_devices.c.visit_id,
        visit_devices.c.expires_at,
        visit_devices.c.mac,
    )
    .select_from(visit_devices.join(visits, visits.c.id == visit_devices.c.visit_id))
    .where(visit_devices.c.token_hash == bindparam("hash")),
    DeviceRow,
)
_over = prepared(
    select(visit_devices.c.token_hash)
    .where(
        visit_devices.c.expires_at <= bindparam("moment"),
        ~exists().where(visits.c.id == visit_devices.c.visit_id, visits.c.state.in_(GOING_ON)),
    )
    .order_by(visit_devices.c.expires_at)
    .limit(_AT_ONCE)
)
_forget = prepared(delete(visit_devices).where(visit_devices.c.token_hash == bindparam("hash")))


class KnownHere(NamedTuple):
    """A visit that was begun on a device: whose, by the first name that was typed there."""

    visit_id: str
    first_name: str
    ended: bool
    checked_in_at: int


class VisitDevices:
    """Lets devices back into their visit."""

    def __init__(self, database: Transactions, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._languages: dict[str, str] = {}

    async def resume(self, token: str, visit_id: str, address: str) -> VisitorAccess:
        """Return access for a device that checked in.

        Raises NotSignedIn if it is not known for this visit, or if the visit has ended and the
        check-in was more than a day ago; RecordSealBroken if its row belongs to another device or
        visit.
        """
        async with self._database.read() as db:
            row = await device(db, token)
        if row is None or row.id != visit_id or _is_over(row):
            raise NotSignedIn(
                N_("This visit was opened on another device. Please check in again to go on.")
            )
        await VISIT_DEVICES.check(self._vault, row)
        return visitor_access(row.id, row.clinic_id, row.patient_id, address)

    async def language(self, visitor: VisitorAccess) -> str:
        """Return the language in which somebody checked in; "" for the clinic's. It stays the same
        for the whole visit."""
        known = self._languages.get(visitor.visit_id)
        if known is None:
            keys = await self._vault.clinic(visitor.clinic_id)
            async with self._database.read() as db:
                row = await db.one(rows.by_id, of=visitor.visit_id)
            known = str(rows.typed(keys, row).get("language", "")) if row else ""
            if len(self._languages) >= _MOST_LANGUAGES:
                self._languages.clear()
            self._languages[visitor.visit_id] = known
        return known

    async def link(self, visitor: VisitorAccess, token: str) -> str:
        """Return the secret of a link that brings the place to another browser, such as from one
        inside an app to the one of the phone. `token` is the device's, which has one such link."""
        secret = _derived("elsewhere", token)
        keys = await self._vault.clinic(visitor.clinic_id)
        async with self._database.unit_of_work() as work:
            await work.lock(f"place-link:{lock_name(secret)}")  # two presses at once
            if await device(work, secret) is None:
                await add_device(work, keys, visitor.visit_id, secret)
        return secret

    async def come(self, secret: str, visit_id: str, address: str) -> str:
        """Return the token of the device on which such a link was opened. Raises NotSignedIn for
        a link to something else, or to what is over."""
        await self.resume(secret, visit_id, address)
        return secret

    async def mark(self, clinic_id: str, visit_id: str) -> str:
        """Return what a device keeps to be reminded of a visit at the door. It opens nothing, and
        only the clinic's keys can make it."""
        return _mark(await self._vault.clinic(clinic_id), visit_id)

    async def known(self, clinic_id: str, marks: Mapping[str, str]) -> list[KnownHere]:
        """Return the visits of which a device has the right marks, by visit, newest first."""
        keys = await self._vault.clinic(clinic_id)
        found: list[KnownHere] = []
        for visit_id, mark in sorted(marks.items(), reverse=True)[:_MOST_KNOWN]:
            if not hmac.compare_digest(mark.encode(), _mark(keys, visit_id).encode()):
                continue
            async with self._database.read() as db:
                row = await db.one(rows.by_id, of=visit_id)
            if row is None or row.clinic_id != clinic_id:
                continue
            name = first_of(rows.typed(keys, row)["name"])
            if name:
                ended = row.state == State.ENDED
                found.append(KnownHere(row.id, name, ended, row.checked_in_at))
        return found

    async def forget(self) -> int:
        """Forget the devices to which `resume` no longer gives any access, for the worker's sweep.
        Returns their number."""
        forgotten = 0
        while True:
            async with self._database.unit_of_work() as work:
                over = await work.all(_over, moment=clock.now())
                for row in over:
                    await work.execute(_forget, hash=row.token_hash)
            forgotten += len(over)
            if len(over) < _AT_ONCE:
                return forgotten


async def device(reader: Reader, token: str) -> DeviceRow | None:
    """Return the visit that a token is for; None for an unknown one."""
    return await reader.one(_by_token, hash=_hash(token)) if token else None


async def add_device(work: UnitOfWork, keys: ClinicKeys, visit_id: str, token: str) -> None:
    """Let the device with `token` into a visit of the clinic whose keys these are."""
    await work.execute(_add, **_row(keys, visit_id, _hash(token)))


async def add_way_back(work: UnitOfWork, keys: ClinicKeys, visit_id: str, secret: str) -> None:
    """Remember the secret of a link that leads back to a visit. It lets no device in by itself: it
    is stored under a different hash than tokens."""
    await work.execute(_add, **_row(keys, visit_id, _hash_of_way_back(secret)))


async def way_back(reader: Reader, vault: Vault, secret: str) -> DeviceRow | None:
    """Return the visit to which such a link leads; None for an unknown one, or one that is over.
    Raises RecordSealBroken like `VisitDevices.resume`."""
    row = await reader.one(_by_token, hash=_hash_of_way_back(secret)) if secret else None
    if row is None or _is_over(row):
        return None
    await VISIT_DEVICES.check(vault, row)
    return row


async def visit_of_draft(reader: Reader, draft: str) -> DeviceRow | None:
    """Return the visit made by a form with this draft; None if there is none."""
    return await reader.one(_by_token, hash=_hash_of_draft(draft)) if _is_secret(draft) else None


async def add_draft(work: UnitOfWork, keys: ClinicKeys, visit_id: str, draft: str) -> None:
    """Remember that a form has made a visit, the newest one if it was reused. The draft lets no
    device in: it is stored under a different hash than tokens."""
    if not _is_secret(draft):
        return
    row = _row(keys, visit_id, _hash_of_draft(draft))
    await work.execute(
        _set_draft, **row, new_visit=visit_id, until=row["expires_at"], new_mac=row["mac"]
    )


def _mark(keys: ClinicKeys, visit_id: str) -> str:
    return keys.bind(f"door\0{visit_id}".encode()).hex()[:_MARK]


def _row(keys: ClinicKeys, visit_id: str, token_hash: bytes) -> dict[str, Any]:
    moment = clock.now()
    row = {
        "token_hash": token_hash,
        "visit_id": visit_id,
        "clinic_id": keys.clinic_id,
        "created_at": moment,
        "expires_at": moment + KEPT_FOR,
    }
    return VISIT_DEVICES.bound(keys, row)


def lock_name(token: str) -> str:
    """Return a lock name for a token that does not reveal it."""
    return _hash(token).hex()[:32]


def next_token(token: str) -> str:
    """Return the same device's token in the visit after the one that `token` is for."""
    return _derived("next", token)


def _derived(purpose: str, token: str) -> str:
    digest = hashlib.sha256(f"{purpose}:{token}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _is_secret(draft: str) -> bool:
    """Whether a draft is as long as our own: a shorter one is made up."""
    return len(draft) >= len(new_secret())


def _hash_of_draft(draft: str) -> bytes:
    return hmac.digest(b"check-in draft", draft.encode(), "sha256")


def _hash_of_way_back(secret: str) -> bytes:
    return hmac.digest(b"way back", secret.encode(), "sha256")


def _is_over(row: DeviceRow) -> bool:
    return row.state == State.ENDED and row.expires_at <= clock.now()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
