"""All domains together: which is made from which and, in `wire`, which listens to which."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from bedside.bootstrap.accounts import AccountParts, accounts_of
from bedside.bootstrap.base import Base, base_of
from bedside.bootstrap.calls import CallParts, calls_of
from bedside.bootstrap.care import CareParts, care_of
from bedside.bootstrap.charts import ChartParts, charts_of
from bedside.bootstrap.colleagues import ColleagueParts, colleagues_of
from bedside.bootstrap.conversations import ConversationParts, conversations_of
from bedside.bootstrap.files import FileParts, Wrappers, files_of
from bedside.bootstrap.links import links_of
from bedside.bootstrap.notifications import NotificationParts, notifications_of
from bedside.bootstrap.patient_rows import patient_rows
from bedside.bootstrap.people import PeopleParts, people_of
from bedside.bootstrap.realtime import realtime_of
from bedside.bootstrap.requests import RequestParts, requests_of
from bedside.bootstrap.sharing import SharingParts, sharing_of
from bedside.bootstrap.transfers import TransferParts, transfers_of
from bedside.bootstrap.visits import VisitParts, visit_records_of, visits_of
from bedside.care.appointments.records import PREFIX as APPOINTMENT
from bedside.files.visit_uploads import UploadsOfVisits
from bedside.letters.kind import LETTERS, LetterParts
from bedside.letters.records import PREFIX
from bedside.links.service import Links
from bedside.notifications.attaching import AttachmentSource
from bedside.notifications.device_ends import DeviceEnds
from bedside.services.realtime import RealtimeServices
from bedside.services.registered import Registered
from bedside.services.visit_records import VisitRecordServices
from bedside.settings import Settings
from bedside.visits import history


@dataclass(frozen=True, slots=True)
class Parts:
    """Every domain, made from those above it here."""

    base: Base
    people: PeopleParts
    realtime: RealtimeServices
    charts: ChartParts
    files: FileParts
    links: Links
    notifications: NotificationParts
    accounts: AccountParts
    requests: RequestParts
    letters: LetterParts
    visits: VisitParts
    visit_records: VisitRecordServices
    calls: CallParts
    transfers: TransferParts
    conversations: ConversationParts
    colleagues: ColleagueParts
    sharing: SharingParts
    care: CareParts


def parts_of(settings: Settings, remember: Wrappers | None) -> Parts:
    """Make every domain for these settings. None listens to another before `wire`."""
    base = base_of(settings)
    people = people_of(base)
    realtime = realtime_of(base)
    charts = charts_of(base, people)
    files = files_of(base, people.clinics, charts.contents, charts.patient_side, remember)
    links = links_of(base, people)
    notifications = notifications_of(base, people, files.children)
    dispatcher, presence = notifications.dispatcher, realtime.presence
    visits = visits_of(base, people, links, notifications, presence)
    plans = notifications.plans
    requests = requests_of(base, people, links, files, dispatcher, plans, visits.lost_places)
    calls = calls_of(base, people, visits, dispatcher, presence)
    accounts = accounts_of(base, people, links, notifications)
    return Parts(
        base=base,
        people=people,
        realtime=realtime,
        charts=charts,
        files=files,
        links=links,
        notifications=notifications,
        accounts=accounts,
        requests=requests,
        letters=requests.kinds.parts(LETTERS),
        visits=visits,
        visit_records=visit_records_of(base, people, visits),
        calls=calls,
        transfers=transfers_of(base, people, files, visits),
        conversations=conversations_of(
            base, people, charts, files, visits, notifications, accounts
        ),
        colleagues=colleagues_of(base, people, presence),
        sharing=sharing_of(base, people, charts, files),
        care=care_of(base, people, requests, visits),
    )


def wire(parts: Parts) -> Registered:
    """Register every listener and every kind of topic. Returns what the domains register for the
    worker, the rail and /health.

    This is the only place: listeners do not depend on which services a process uses.
    """
    _listeners(parts)
    for domain in (
        parts.charts,
        parts.requests,
        parts.visits,
        parts.calls,
        parts.transfers,
        parts.colleagues,
        parts.care,
    ):
        for kind in domain.topics():
            parts.realtime.topics.add(kind)
    for kind in parts.conversations.topic_kinds():
        parts.realtime.topics.add(kind)
    return collected(
        domain.registered()
        for domain in (  # in the order of /health
            parts.files,
            parts.base,
            parts.people,
            parts.charts,
            parts.notifications,
            parts.accounts,
            parts.requests,
            parts.visits,
            parts.calls,
            parts.transfers,
            parts.conversations,
            parts.colleagues,
            parts.sharing,
            parts.care,
        )
    )


def _listeners(parts: Parts) -> None:
    """Register the listeners that are called in the unit of work of what they listen to."""
    people, files, notifications = parts.people, parts.files, parts.notifications
    visits, calls, transfers = parts.visits, parts.calls, parts.transfers

    people.sign_in.on_wrong_codes(notifications.code_alerts.wrong_codes)
    people.teams.on_created(visits.rooms.made)
    for what, rows in patient_rows(parts.base.vault, parts.charts.of_patient).items():
        people.joining.on_joined(what, rows)
    parts.charts.contents.on_moved(parts.charts.reports)
    parts.charts.contents.on_moved(people.hidden)
    side, in_app = parts.charts.patient_side, parts.requests.in_app
    people.hidden.knows(("ent",), side.belongs, side.categories, side.hidden)
    people.hidden.knows(("vis",), history.belongs)
    chats = parts.conversations.all
    people.hidden.knows(("cnv",), chats.belongs)
    people.hidden.knows(("msg",), chats.belongs, chats.categories)
    prefixes = [kind.prefix for kind in parts.requests.kinds]
    people.hidden.knows(prefixes, in_app.belongs, in_app.categories, in_app.hidden, in_app.enclosed)
    people.hidden.knows((APPOINTMENT,), parts.care.answers.belongs)
    ends = DeviceEnds(people.clinics, people.staff, notifications.staff_alerts)
    notifications.push_devices.on_end(ends.ended)
    notifications.dispatcher.before_leaving(parts.requests.telling.refusal)
    notifications.dispatcher.on_outcome(notifications.plans.delivery_changed)
    notifications.dispatcher.before_leaving(notifications.plans.refusal)
    notifications.dispatcher.before_leaving(parts.accounts.changes.refusal)
    letters = AttachmentSource(PREFIX, parts.letters.attachments)
    notifications.dispatcher.attach_from(letters)
    notifications.plans.reach_devices(parts.accounts.reached)
    for request_kind in parts.requests.kinds:
        notifications.plans.speak_for(request_kind.prefix, parts.requests.telling)
    parts.links.on_answered(parts.requests.telling.answered)
    parts.accounts.sessions.on_ended(notifications.app_devices.session_ended)

    for kind in parts.requests.endings.holder_kinds():
        files.intake.register(kind)
    files.intake.register(transfers.exchange.holder_kind())
    files.intake.register(parts.conversations.drafts.holder_kind())
    parts.charts.contents.on_state(parts.conversations.files.changed)

    visits.transitions.on_left_call(calls.visit_departure)
    visits.transitions.on_left_call(calls.whiteboard)
    visits.transitions.on_leg_ended(transfers.exchange)
    visits.transitions.on_leg_ended(calls.newcomers)
    visits.identification.on_identified("files", transfers.filing)
    visits.identification.on_identified("messages", parts.conversations.visit_chat)
    visits.correction.on_reassigned(transfers.filing)
    visits.correction.on_reassigned(UploadsOfVisits())
    visits.correction.on_reassigned(parts.charts.contents)
    visits.correction.on_reassigned(parts.requests.summaries)
    visits.correction.on_reassigned(parts.letters.sending)
    calls.endings.on_ended(calls.whiteboard)
    chat, notices = parts.conversations.all, parts.conversations.notices
    chat.on_said(parts.conversations.answering.said)
    chat.on_said(notices.said)
    chat.on_read(notices.seen)
    chat.on_retracted(notices.retracted)


def collected(domains: Iterable[Registered]) -> Registered:
    """Combine what several domains register. Raises ValueError for a name that two of them use."""
    everything = Registered()
    for domain in domains:
        for table in fields(Registered):
            taken, more = getattr(everything, table.name), getattr(domain, table.name)
            if double := taken.keys() & more.keys():
                raise ValueError(f"two {table.name} have the name {sorted(double)[0]}")
            taken.update(more)
    return everything
