"""The services that web, API, worker and upkeep use, in a group for each domain.

A group is a module here. Bootstrap makes them; what only other domains need stays there.
"""

from dataclasses import dataclass

from bedside.database import Database
from bedside.database.sealed import MasterKey, Vault
from bedside.kernel.known_states import KnownStates
from bedside.letters.kind import LetterParts
from bedside.links.service import Links
from bedside.people.roles import Role
from bedside.services.accounts import AccountServices
from bedside.services.audit import AuditServices
from bedside.services.calls import CallServices
from bedside.services.care import CareServices
from bedside.services.charts import ChartServices
from bedside.services.colleagues import ColleagueServices
from bedside.services.conversations import ConversationServices
from bedside.services.files import FileServices
from bedside.services.notifications import NotificationServices
from bedside.services.people import PeopleServices
from bedside.services.realtime import RealtimeServices
from bedside.services.registered import Registered
from bedside.services.requests import RequestServices
from bedside.services.sharing import SharingServices
from bedside.services.transfers import TransferServices
from bedside.services.visit_records import VisitRecordServices
from bedside.services.visits import VisitServices
from bedside.settings import Settings


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
    audit: AuditServices
    people: PeopleServices
    charts: ChartServices
    files: FileServices
    links: Links
    notifications: NotificationServices
    accounts: AccountServices
    requests: RequestServices
    letters: LetterParts
    visits: VisitServices
    visit_records: VisitRecordServices
    calls: CallServices
    transfers: TransferServices
    conversations: ConversationServices
    colleagues: ColleagueServices
    sharing: SharingServices
    care: CareServices
    realtime: RealtimeServices
    registered: Registered
    health: KnownStates
    known_sign_ins: tuple[KnownSignIn, ...] = ()
    """The demonstration's; empty everywhere else."""
