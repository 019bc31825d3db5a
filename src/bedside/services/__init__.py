"""All services of the product in one place, for everything that serves people: web, API and
worker."""

from dataclasses import dataclass, field

from bedside.audit import AuditLog
from bedside.audit.bindings import Bindings
from bedside.audit.looks import Looks
from bedside.calls.absence import Absences
from bedside.calls.access import Seats
from bedside.calls.apps.whiteboard import Whiteboard
from bedside.calls.group_calls import GroupCalls
from bedside.calls.guests import Guests
from bedside.calls.ice import IceServers
from bedside.calls.participants import Participants
from bedside.calls.people import CallPeople
from bedside.calls.service import Calls
from bedside.calls.signalling import Signalling
from bedside.calls.summaries import CallSummaries
from bedside.charts.entries import Charts
from bedside.charts.inbox import Inbox
from bedside.charts.search import SearchIndex
from bedside.conversations.visit_chat import VisitChat
from bedside.database import Database
from bedside.database.sealed import MasterKey, Vault
from bedside.files.custody import Custody
from bedside.files.intake import Intake
from bedside.files.ports import Scanner
from bedside.files.retrieval import Retrieval
from bedside.files.uploads import Uploads
from bedside.kernel.jobs import Handler
from bedside.kernel.known_states import Check, KnownStates
from bedside.links.service import Links
from bedside.notifications.callbacks import SmsReports
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.messages import Messages
from bedside.notifications.own_phones import OwnPhones
from bedside.notifications.push_devices import PushDevices
from bedside.notifications.push_keys import PushKeys
from bedside.notifications.staff_alerts import StaffAlerts
from bedside.people.assignments import Assignments
from bedside.people.clinics import Clinics
from bedside.people.passkeys import Passkeys
from bedside.people.passwords import Passwords
from bedside.people.patients import Patients
from bedside.people.permissions import Permissions
from bedside.people.roles import Role
from bedside.people.second_factors import SecondFactors
from bedside.people.sessions import Sessions
from bedside.people.set_up import SetUp
from bedside.people.sign_in import SignIn
from bedside.people.staff import Staff
from bedside.people.teams import Teams
from bedside.realtime.bus import Bus
from bedside.realtime.presence import Presence
from bedside.realtime.topics import Topics
from bedside.services.registered import CountBadge, Sweep
from bedside.services.requests import RequestServices
from bedside.settings import Settings
from bedside.transfers.lists import LiveTransferLists
from bedside.transfers.service import LiveTransfers
from bedside.visits.check_in import CheckIn
from bedside.visits.devices import VisitDevices
from bedside.visits.history import VisitRecords
from bedside.visits.identification import Identification
from bedside.visits.invitations import Invitations
from bedside.visits.live import VisitLive
from bedside.visits.notes import VisitNotes
from bedside.visits.own_visit import OwnVisits
from bedside.visits.presence import VisitPresence
from bedside.visits.room_messages import RoomMessages
from bedside.visits.rooms import Rooms
from bedside.visits.sent_transfers import SentTransfers
from bedside.visits.transfer import PatientTransfers
from bedside.visits.transitions import Transitions
from bedside.visits.unidentified import UnidentifiedVisits
from bedside.visits.waiting_room import WaitingRoom
from bedside.visits.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class KnownSignIn:
    """A public sign-in of the demonstration, offered by the sign-in page."""

    clinic: str
    name: str
    role: Role
    email: str
    password: str


@dataclass(slots=True)
class Services:
    """The services wired together by bootstrap."""

    settings: Settings
    database: Database
    master: MasterKey
    vault: Vault
    audit: AuditLog
    bindings: Bindings
    looks: Looks
    clinics: Clinics
    patients: Patients
    permissions: Permissions
    passwords: Passwords
    sessions: Sessions
    sign_in: SignIn
    second_factors: SecondFactors
    passkeys: Passkeys
    set_up: SetUp
    staff: Staff
    teams: Teams
    assignments: Assignments
    charts: Charts
    inbox: Inbox
    search: SearchIndex
    intake: Intake
    uploads: Uploads
    retrieval: Retrieval
    custody: Custody
    scanner: Scanner
    links: Links
    dispatcher: Dispatcher
    messages: Messages
    sms_reports: SmsReports
    staff_alerts: StaffAlerts
    own_phones: OwnPhones
    push_devices: PushDevices
    push_keys: PushKeys
    requests: RequestServices
    rooms: Rooms
    check_in: CheckIn
    identification: Identification
    unidentified: UnidentifiedVisits
    visit_devices: VisitDevices
    waiting_room: WaitingRoom
    room_messages: RoomMessages
    patient_transfers: PatientTransfers
    presence: Presence
    sent_transfers: SentTransfers
    whereabouts: Whereabouts
    visit_presence: VisitPresence
    visit_live: VisitLive
    invitations: Invitations
    visit_notes: VisitNotes
    visit_records: VisitRecords
    own_visits: OwnVisits
    transitions: Transitions
    seats: Seats
    calls: Calls
    call_people: CallPeople
    call_summaries: CallSummaries
    absences: Absences
    call_participants: Participants
    guests: Guests
    signalling: Signalling
    ice: IceServers
    group_calls: GroupCalls
    live_transfers: LiveTransfers
    transfer_lists: LiveTransferLists
    whiteboard: Whiteboard
    visit_chat: VisitChat
    bus: Bus
    topics: Topics
    health: KnownStates
    handlers: dict[str, Handler] = field(default_factory=dict[str, Handler])
    """Job handlers of the worker, by kind."""
    sweeps: dict[str, Sweep] = field(default_factory=dict[str, Sweep])
    """The worker's sweeps, with their intervals."""
    badges: dict[str, CountBadge] = field(default_factory=dict[str, CountBadge])
    """By the key of a section of the rail (`edge.feature.Section`)."""
    checks: dict[str, Check] = field(default_factory=dict[str, Check])
    """By the name under which /health shows the part."""
    known_sign_ins: tuple[KnownSignIn, ...] = ()
    """The demonstration's; empty everywhere else."""
