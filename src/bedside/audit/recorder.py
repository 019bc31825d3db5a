"""Writing, reading and verifying the audit log.

Each clinic has one chain. Its state after a line is an HMAC, under the clinic's audit key, of the
previous state and the line: without the key no line can be changed, removed or reordered so that
the chain still fits. Only the head row holds the state, with the length; a line holds a mark
derived from it. So a truncated tail is detected even if the head is rewritten with the shorter
length, because the matching state is stored nowhere else. What is not detected: the whole log
rolled back to an earlier copy, head included; a backup kept elsewhere shows that.
"""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bedside.audit.actors import Actor
from bedside.audit.event_names import Action
from bedside.audit.models import audit_heads, audit_lines
from bedside.database.sealed import PLATFORM, ClinicKeys, RecordSealBroken, Vault
from bedside.database.statements import Prepared, prepared
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader, Transactions, UnitOfWork

_GENESIS = bytes(32)
_AT_ONCE = 500
"""Lines verified in one go: some milliseconds, for which everybody else waits."""
_COLUMN = "audit_lines.details"


class LineRow(NamedTuple):
    """A stored audit line."""

    clinic_id: str
    seq: int
    at: int
    action: str
    actor_kind: str
    actor_id: str
    patient_id: str
    subject_id: str
    details: bytes
    hash: bytes


_head = prepared(
    select(audit_heads.c.seq, audit_heads.c.hash)
    .where(audit_heads.c.clinic_id == bindparam("clinic"))
    .with_for_update()
)
_peek_head = prepared(
    select(audit_heads.c.seq, audit_heads.c.hash).where(
        audit_heads.c.clinic_id == bindparam("clinic")
    )
)
_start_chain = prepared(upsert(audit_heads).on_conflict_do_nothing(index_elements=["clinic_id"]))
_set_head = prepared(
    upsert(audit_heads).on_conflict_do_update(
        index_elements=["clinic_id"],
        set_={"seq": bindparam("new_seq"), "hash": bindparam("new_hash")},
    )
)
_add = prepared(insert(audit_lines))
_of_clinic = select(audit_lines.c.seq).where(audit_lines.c.clinic_id == bindparam("clinic"))
_last_before = prepared(
    _of_clinic.where(audit_lines.c.at < bindparam("moment"))
    .order_by(audit_lines.c.at.desc())
    .limit(1)
)
_first_from = prepared(
    _of_clinic.where(audit_lines.c.at >= bindparam("moment")).order_by(audit_lines.c.at).limit(1)
)
_page = prepared(
    select(audit_lines)
    .where(audit_lines.c.clinic_id == bindparam("clinic"), audit_lines.c.seq > bindparam("after"))
    .order_by(audit_lines.c.seq)
    .limit(_AT_ONCE),
    LineRow,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One audit line for display. `details` are unsealed."""

    seq: int
    at: int
    action: str
    actor_kind: str
    actor_id: str
    patient_id: str
    subject_id: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Filter of the audit page. Empty values do not filter; times are in milliseconds. `joined`:
    charts that became part of the patient's (`people.joining`), whose lines belong there too."""

    patient_id: str = ""
    actor_id: str = ""
    action: str = ""
    since: int = 0
    until: int = 0
    before_seq: int = 0
    limit: int = 50
    joined: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """Kinds of actors."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of walking a chain. `broken_at` is the first line that does not fit, or None."""

    clinic_id: str
    lines: int
    broken_at: int | None
    reason: str = ""


@dataclass(slots=True)
class _Chain:
    seq: int = 0
    state: bytes = field(default=_GENESIS)


class AuditLog:
    """The audit log of all clinics."""

    def __init__(self, database: Transactions, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def record(
        self,
        work: UnitOfWork,
        clinic_id: str,
        actor: Actor,
        action: Action,
        *,
        patient_id: str = "",
        subject_id: str = "",
        **details: Any,
    ) -> None:
        """Add a line in the same transaction as what it records. `details` are sealed."""
        keys = await self._vault.clinic(clinic_id)
        await work.execute(_start_chain, clinic_id=clinic_id, seq=0, hash=_GENESIS)
        head = await work.one(_head, clinic=clinic_id)
        assert head is not None  # noqa: S101 - inserted by the line above at the latest
        seq = head.seq + 1
        if actor.address:
            details["address"] = actor.address
        line: dict[str, Any] = {
            "clinic_id": clinic_id,
            "seq": seq,
            "at": clock.now(),
            "action": str(action),
            "actor_kind": str(actor.kind),
            "actor_id": actor.id,
            "patient_id": patient_id,
            "subject_id": subject_id,
            "details": keys.seal(_COLUMN, str(seq), details),
        }
        state = keys.chain(bytes(head.hash), _canonical(line))
        await work.execute(_add, **line, hash=keys.mark(state))
        await work.execute(
            _set_head, clinic_id=clinic_id, seq=seq, hash=state, new_seq=seq, new_hash=state
        )

    async def note(
        self,
        clinic_id: str,
        actor: Actor,
        action: Action,
        *,
        patient_id: str = "",
        subject_id: str = "",
        **details: Any,
    ) -> None:
        """Record something that changes no other row, such as a read or a refusal."""
        async with self._database.unit_of_work() as work:
            await self.record(
                work,
                clinic_id,
                actor,
                action,
                patient_id=patient_id,
                subject_id=subject_id,
                **details,
            )

    async def lines(self, clinic_id: str, wanted: Filter) -> list[Line]:
        """Return lines of a clinic, newest first."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.aside() as db:
            between = await _between(db, clinic_id, wanted)
            rows = await db.all(_filtered(clinic_id, wanted, *between))
        return [_shown(keys, row) for row in rows]

    async def verify(self, clinic_id: str) -> Verification:
        """Walk a clinic's chain and find the first line that was changed, removed or moved."""
        keys = await self._vault.clinic(clinic_id)
        chain = _Chain()
        while True:
            async with self._database.aside() as db:
                head = await db.one(_peek_head, clinic=clinic_id)
                rows = await db.all(_page, clinic=clinic_id, after=chain.seq)
            for row in rows:
                if row.seq != chain.seq + 1:
                    return _broken(clinic_id, chain, "a line is missing")
                state = keys.chain(chain.state, _canonical(row._asdict()))
                if keys.mark(state) != bytes(row.hash):
                    return _broken(clinic_id, chain, "a line was changed or moved")
                chain.seq, chain.state = row.seq, state
            if not rows:
                break
        if head and (head.seq != chain.seq or bytes(head.hash) != chain.state):
            return _broken(clinic_id, chain, "lines are missing at the end")
        if not head and (
            chain.seq or clinic_id != PLATFORM
        ):  # a clinic's log is created along with it
            return _broken(clinic_id, chain, "the head of the chain is missing")
        return Verification(clinic_id, chain.seq, None)


def _broken(clinic_id: str, chain: _Chain, reason: str) -> Verification:
    return Verification(clinic_id, chain.seq, chain.seq + 1, reason)


def _canonical(line: dict[str, Any]) -> bytes:
    parts = [
        line["clinic_id"],
        line["seq"],
        line["at"],
        line["action"],
        line["actor_kind"],
        line["actor_id"],
        line["patient_id"],
        line["subject_id"],
        bytes(line["details"]).hex(),
    ]
    return json.dumps(parts, separators=(",", ":")).encode()


async def _between(db: Reader, clinic_id: str, wanted: Filter) -> tuple[int, int]:
    """Return between which lines, exclusively, those of a time are; 0 for no bound.

    Lines are in the order of their numbers, and of their times only as long as the clock is right;
    so the bounds leave room for a clock that was wrong by a day.
    """
    after = before = 0
    if wanted.since:
        row = await db.one(_last_before, clinic=clinic_id, moment=wanted.since - clock.DAY)
        after = row.seq if row else 0
    if wanted.until:
        row = await db.one(_first_from, clinic=clinic_id, moment=wanted.until + clock.DAY)
        before = row.seq if row else 0
    return after, before


def _filtered(clinic_id: str, wanted: Filter, after: int, before: int) -> Prepared[LineRow]:
    lines = audit_lines.c
    found = select(audit_lines).where(lines.clinic_id == clinic_id)
    if wanted.patient_id:
        found = found.where(lines.patient_id.in_((wanted.patient_id, *wanted.joined)))
    if wanted.actor_id:
        found = found.where(lines.actor_id == wanted.actor_id)
    if wanted.kinds:
        found = found.where(lines.actor_kind.in_(wanted.kinds))
    if wanted.action:
        found = found.where(lines.action == wanted.action)
    # Found by its number and not by its time: with an index of times, all lines of a year would
    # be sorted before the newest fifty are known.
    at = lines.at + 0
    if wanted.since:
        found = found.where(at >= wanted.since, lines.seq > after)
    if wanted.until:
        found = found.where(at < wanted.until)
    if before:
        found = found.where(lines.seq < before)
    if wanted.before_seq:
        found = found.where(lines.seq < wanted.before_seq)
    return prepared(found.order_by(lines.seq.desc()).limit(wanted.limit), LineRow)


def _shown(keys: ClinicKeys, row: LineRow) -> Line:
    try:
        details = keys.unseal(_COLUMN, str(row.seq), row.details)
    except RecordSealBroken:
        details = {"broken": True}  # displayed as broken; `bedside audit verify` names the line
    return Line(
        row.seq,
        row.at,
        row.action,
        row.actor_kind,
        row.actor_id,
        row.patient_id,
        row.subject_id,
        details,
    )
