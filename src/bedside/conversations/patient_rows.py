"""Conversations of a patient, for charts that are joined."""

from bedside.conversations import writing
from bedside.conversations.events import DeskConversationsChanged
from bedside.conversations.later_rows import LaterRow
from bedside.conversations.models import conversation_drafts, conversations, later_messages
from bedside.conversations.rows import ConversationRow, DraftRow
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.patient_rows import PatientRows, RowsOfPatient


class ConversationsOfPatient(RowsOfPatient):
    """Hands over conversations with everything in them."""

    def __init__(self) -> None:
        super().__init__(conversations, ConversationRow)

    async def reassigned(self, work: UnitOfWork, row: ConversationRow, to: str) -> None:
        """Publish to the lists of both charts, and to the desk."""
        writing.publish(work, row, before=None)
        writing.publish(work, row._replace(patient_id=to), before=None)


class LaterOfPatient(RowsOfPatient):
    """Hands over messages that leave later; their time stays."""

    def __init__(self) -> None:
        super().__init__(later_messages, LaterRow)

    async def reassigned(self, work: UnitOfWork, row: LaterRow, to: str) -> None:
        """Publish to the desk of those who see either chart."""
        for patient_id in (row.patient_id, to):
            work.emit(
                DeskConversationsChanged(
                    clinic_id=row.clinic_id,
                    patient_id=patient_id,
                    conversation_id=row.conversation_id,
                )
            )


def patient_rows() -> dict[str, PatientRows]:
    """Return what this domain keeps of a patient."""
    return {
        "conversations": ConversationsOfPatient(),
        "conversation_drafts": RowsOfPatient(conversation_drafts, DraftRow),
        "later_messages": LaterOfPatient(),
    }
