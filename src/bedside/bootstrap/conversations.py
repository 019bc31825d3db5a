"""Wires conversations."""

from collections.abc import Sequence
from dataclasses import dataclass

from bedside.accounts.access import PatientSides
from bedside.bootstrap.accounts import AccountParts
from bedside.bootstrap.base import Base
from bedside.bootstrap.charts import ChartParts
from bedside.bootstrap.files import FileParts
from bedside.bootstrap.notifications import NotificationParts
from bedside.bootstrap.people import PeopleParts
from bedside.bootstrap.visits import VisitParts
from bedside.conversations.answering import PROMISED, Answering
from bedside.conversations.canned import CannedReplies
from bedside.conversations.desk import ConversationDesk
from bedside.conversations.drafts import CLEAR_UP, MessageDrafts
from bedside.conversations.later import SEND, Helpers, LaterMessages
from bedside.conversations.lists import ConversationLists
from bedside.conversations.live import ChatLive, ConversationLive, PatientSide
from bedside.conversations.message_files import MessageFiles
from bedside.conversations.notices import ChatNotices
from bedside.conversations.search import ConversationSearch
from bedside.conversations.service import Conversations
from bedside.conversations.topics import Topics
from bedside.conversations.visit_archive import VisitArchive
from bedside.conversations.visit_chat import VisitChat
from bedside.people.record_parts import Part
from bedside.realtime.topics import TopicKind
from bedside.services.conversations import ConversationServices
from bedside.services.registered import Registered


@dataclass(frozen=True, slots=True)
class ConversationParts(ConversationServices):
    """The conversation services, with what open pages follow."""

    live: ChatLive
    conversation_live: ConversationLive
    answering: Answering
    notices: ChatNotices

    def registered(self) -> Registered:
        """Return the jobs and the sweep of conversations."""
        return Registered(
            handlers={
                PROMISED: self.answering.promised,
                SEND: self.later.due,
                CLEAR_UP: self.drafts.clear_up,
            },
            sweeps={"drafts.expire": (3_600.0, self.drafts.expire)},
        )

    def topic_kinds(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics of open pages."""
        return (*self.live.topics(), *self.conversation_live.topics())


def conversations_of(
    base: Base,
    people: PeopleParts,
    charts: ChartParts,
    files: FileParts,
    visits: VisitParts,
    notifications: NotificationParts,
    accounts: AccountParts,
) -> ConversationParts:
    """Make the chat between patients and staff."""
    database, vault = base.database, base.vault
    audit, looks = base.audit.log, base.audit.looks
    chat = VisitChat(database, vault, audit, looks)
    drafts = MessageDrafts(
        database, vault, people.clinics, files.uploads, files.intake, files.retrieval
    )
    everything = Conversations(
        database, vault, audit, looks, people.permissions, drafts, charts.patient_side
    )
    return ConversationParts(
        visit_chat=chat,
        drafts=drafts,
        files=MessageFiles(
            database, vault, charts.patient_side, files.retrieval, files.of_patients
        ),
        all=everything,
        canned=CannedReplies(database, vault, audit),
        later=_later(base, people, notifications, accounts, everything),
        desk=ConversationDesk(database, audit, people.audiences),
        lists=ConversationLists(database, vault, looks, people.patients, people.reach),
        topics=Topics(database, audit, people.teams),
        search=ConversationSearch(database, vault, people.patients),
        visit_archive=VisitArchive(database, vault, looks),
        answering=Answering(
            database,
            vault,
            people.clinics,
            people.patients,
            people.staff,
            notifications.staff_alerts,
        ),
        notices=ChatNotices(
            people.clinics, people.patients, notifications.plans, accounts.sides.has_anybody
        ),
        live=ChatLive(chat, visits.whereabouts, visits.live),
        conversation_live=ConversationLive(
            database, people.permissions, people.audiences, _patient_side(accounts.sides)
        ),
    )


def _later(
    base: Base,
    people: PeopleParts,
    notifications: NotificationParts,
    accounts: AccountParts,
    conversations: Conversations,
) -> LaterMessages:
    return LaterMessages(
        base.database,
        base.vault,
        base.audit.log,
        conversations,
        people.permissions,
        people.clinics,
        people.patients,
        people.staff,
        notifications.staff_alerts,
        accounts.sides.has_anybody,
        _helpers(accounts.sides),
    )


def _patient_side(sides: PatientSides) -> PatientSide:
    async def people(patient_id: str, person: str, items: Sequence[str], /) -> frozenset[str]:
        return await sides.people_of(patient_id, Part.CHAT, person, items)

    return people


def _helpers(sides: PatientSides) -> Helpers:
    async def helpers(patient_id: str, /) -> frozenset[str]:
        return await sides.helpers_of(patient_id, Part.CHAT)

    return helpers
