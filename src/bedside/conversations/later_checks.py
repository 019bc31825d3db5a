"""Whether a message that was to leave later may still leave by itself, looked at when its time
comes (feature C8). What may not becomes a task for staff."""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from bedside.charts import sent
from bedside.conversations.later_rows import Body, LaterRow, newest_of_patient
from bedside.conversations.rows import ConversationRow
from bedside.conversations.states import Reply, State
from bedside.kernel import clock
from bedside.kernel.unit_of_work import Reader
from bedside.people.contact import Consent
from bedside.people.patients import Patients


class Obstacle(StrEnum):
    """The reasons for which a message does not leave by itself."""

    WROTE = "wrote"
    """The patient wrote since its author last looked."""
    CLOSED = "closed"
    GONE = "gone"
    """The conversation or the patient is not there any more."""
    DECEASED = "deceased"
    REFUSED = "refused"
    """The patient does not consent to messages."""
    NOBODY = "nobody"
    """Nobody can open the app for the patient."""
    HELPER = "helper"
    """Somebody reads along for whom it was not written."""
    REPLY_OVER = "reply_over"
    """The last day for a reply is over before it arrives."""
    FILES = "files"
    """A file that was to go along was moved, reported or destroyed."""


WITHOUT_CONSENT = (Consent.DECEASED, Consent.REFUSED)
"""Consents that no press overrules."""

InApp = Callable[[Reader, str], Awaitable[bool]]
"""Says whether anybody can open the app for a patient."""


async def obstacle_to(
    reader: Reader,
    patients: Patients,
    in_app: InApp,
    row: LaterRow,
    body: Body,
    conversation: ConversationRow | None,
    helpers: frozenset[str],
) -> Obstacle | None:
    """Return the first reason for which a message does not leave now; None if it may."""
    patient = await patients.addressed_in(reader, row.clinic_id, row.patient_id)
    if patient is None or (row.conversation_id and conversation is None):
        return Obstacle.GONE
    wrote = conversation and await newest_of_patient(reader, conversation.id) > row.seen_number
    over = body.text.reply is Reply.UNTIL and body.text.reply_until <= clock.now()
    # In a joined chart others read along by the join, and in the whole conversation.
    joined = body.written_to != row.patient_id
    chosen = body.text.entries
    left = await sent.sendable(reader, row.clinic_id, row.patient_id, chosen)
    reasons = {
        Obstacle.DECEASED: patient.contact.consent is Consent.DECEASED,
        Obstacle.REFUSED: patient.contact.consent is Consent.REFUSED,
        Obstacle.CLOSED: conversation is not None and conversation.state != State.OPEN,
        Obstacle.WROTE: wrote,
        Obstacle.REPLY_OVER: over,
        Obstacle.FILES: left != chosen,
        Obstacle.NOBODY: not await in_app(reader, row.patient_id),
        Obstacle.HELPER: not joined and helpers - body.helpers,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
