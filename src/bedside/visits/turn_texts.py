"""Text messages to waiting patients whose page is away or in the background: that the turn comes
near, once, and that they are called now. A setting of the room switches both off.
"""

from sqlalchemy import bindparam, or_, select, true

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications.messenger import Messenger
from bedside.notifications.text_limits import ManyTexts, TextLimits
from bedside.people.clinics import Clinics
from bedside.visits import room_rows, rows
from bedside.visits.counts import WAITS
from bedside.visits.kept_places import ahead_of
from bedside.visits.models import visits
from bedside.visits.rows import VisitRow
from bedside.visits.sms_texts import Why, wording
from bedside.visits.telephone import link_into, notice, number_of
from bedside.visits.transitions import Transitions

NEAR_MINUTES = 10
"""An estimate of at most this is near; so is being the next one."""
WAITED = 3 * clock.MINUTE
"""Nobody who has just come is told that the turn comes near."""
AWAY_FOR = clock.MINUTE
"""A look at another app is no absence."""

_away = prepared(
    select(visits.c.id).where(
        WAITS,
        visits.c.texted_at == 0,
        or_(visits.c.away_since > 0, visits.c.hidden == true()),
        visits.c.queued_at <= bindparam("came_before"),
        visits.c.changed_at <= bindparam("unchanged_since"),
    )
)


class TurnTexts:
    """Finds whom to text, and writes the messages."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        transitions: Transitions,
        messenger: Messenger,
        limits: TextLimits,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._transitions = transitions
        self._messenger = messenger
        self._limits = limits
        self._base_url = base_url

    async def sweep(self) -> None:
        """Text those whose turn comes near, for the worker."""
        now = clock.now()
        async with self._database.read() as db:
            found = await db.all(_away, came_before=now - WAITED, unchanged_since=now - AWAY_FOR)
        for visit in found:
            await self._near(visit.id)

    async def _near(self, visit_id: str) -> None:
        async with self._database.unit_of_work() as work:
            row = await work.one(rows.for_change, of=visit_id)
            if row is None or row.texted_at or not (row.away_since or row.hidden):
                return
            ahead = await ahead_of(work, row)
            if ahead is None or not (ahead.place == 1 or _is_near(ahead.minutes)):
                return
            if await self._send(work, row, Why.TURN, f"{row.id}/turn/{row.leg}"):
                await rows.save(work, row, texted_at=clock.now())

    async def called(self, work: UnitOfWork, row: VisitRow) -> None:
        """Text a patient who was admitted to a call and does not answer; once in each call. The
        visit is locked."""
        await self._send(work, row, Why.CALLED, f"{row.id}/called/{row.call_id}")

    async def _send(self, work: UnitOfWork, row: VisitRow, why: Why, cause: str) -> bool:
        """Write the message. Returns False if there is no number, the room sends none, or very many
        went to the number just now."""
        room = await work.one(room_rows.by_id, of=row.room_id)
        keys = await self._vault.clinic(row.clinic_id)
        number = await number_of(work, keys, row)
        if room is None or not number.for_sms:
            return False
        opened = room_rows.opened(room)
        if not opened.options.text_when_away:
            return False
        try:
            await self._limits.take(work, row.clinic_id, number.for_sms)
        except ManyTexts:
            return False
        clinic = await self._clinics.get(row.clinic_id)
        link = link_into(self._base_url, row.id, opened.slug)
        language = str(rows.typed(keys, row).get("language", clinic.options.language))
        said = wording(clinic, why, link, language)
        await self._messenger.send(work, notice(row, number, cause, said.text))
        await self._audit.record(
            work,
            row.clinic_id,
            SYSTEM,
            Action.VISIT_TEXTED,
            patient_id=row.patient_id,
            subject_id=row.id,
            why=str(why),
        )
        return True


def _is_near(minutes: int | None) -> bool:
    return minutes is not None and minutes <= NEAR_MINUTES
