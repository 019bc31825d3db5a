"""Kinds of requests by link. Each has a folder of its own, whose `kind.py` declares it;
the feature with its pages registers it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from bedside.audit import Action, AuditLog
from bedside.audit.looks import Looks
from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.database.sealed import Vault
from bedside.files.copies import Copies
from bedside.files.fillable import FillableFiles
from bedside.files.intake import Intake
from bedside.files.retrieval import Retrieval
from bedside.files.uploads import Uploads
from bedside.kernel.jobs import Handler
from bedside.kernel.kinds import Kinds
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.links.service import Links
from bedside.notifications.messenger import Messenger
from bedside.notifications.texts import OutgoingText
from bedside.people.clinics import Clinic, Clinics
from bedside.people.patients import Patients
from bedside.people.permissions import LinkAccess
from bedside.people.record_parts import Part
from bedside.people.staff import Staff
from bedside.printing.ports import Printer
from bedside.requests import texts
from bedside.requests.records import Content, Request, RequestRow

if TYPE_CHECKING:
    from bedside.requests.service import Requests
    from bedside.requests.telling import Telling


@dataclass(frozen=True, slots=True)
class RequestTools:
    """The building blocks of a kind."""

    database: Transactions
    vault: Vault
    audit: AuditLog
    looks: Looks
    clinics: Clinics
    patients: Patients
    staff: Staff
    links: Links
    messenger: Messenger
    intake: Intake
    uploads: Uploads
    retrieval: Retrieval
    fillable: FillableFiles
    copies: Copies
    printer: Printer
    telling: "Telling"
    requests: "Requests"


async def _nothing(work: UnitOfWork, row: RequestRow) -> None:
    """Do nothing, for kinds without such a step."""


async def _nothing_of_file(work: UnitOfWork, row: RequestRow, link: LinkAccess) -> None:
    """Do nothing, for kinds without files."""


@dataclass(frozen=True, slots=True)
class RequestHandling:
    """The handling of requests where kinds differ.

    Methods with a unit of work also get the request as `records.locked` read it there.
    """

    snapshot: Callable[[LinkAccess], Awaitable[dict[str, Any]]]
    """The patient's page as data, to which the events of the request apply."""
    reissued: Callable[[UnitOfWork, RequestRow], Awaitable[None]] = _nothing
    """A new link goes out; older ones are closed."""
    revoked: Callable[[UnitOfWork, RequestRow], Awaitable[None]] = _nothing
    """Staff have closed the link."""
    last_call: Callable[[UnitOfWork, RequestRow], Awaitable[None]] = _nothing
    """The link has ended: finish what the patient has agreed to, and give up the rest."""
    file_changed: Callable[[UnitOfWork, RequestRow, LinkAccess], Awaitable[None]] = _nothing_of_file
    """A file that the request holds is complete, or was refused."""
    handlers: Mapping[str, Handler] = field(default_factory=dict[str, Handler])
    """Jobs of this kind only."""


class KindParts(Protocol):
    """A built kind: services of its own for pages, and its handling."""

    @property
    def handling(self) -> RequestHandling: ...


def _no_day(content: Content) -> int:
    """Return no day, for kinds without one by which they are due."""
    return 0


def _nothing_attached(content: Content) -> str:
    """Return no reference, for kinds whose e-mails carry nothing."""
    return ""


def _never_late(content: Content) -> bool:
    """Return False, for kinds of which somebody can be reminded until the link ends."""
    return False


P = TypeVar("P", bound=KindParts)


@dataclass(frozen=True, slots=True)
class FilesHeld:
    """Values of a chart's entries for files from requests of this kind."""

    channel: Channel
    category: Category


Wording = Callable[[Clinic, Content, str, int], OutgoingText]
"""Composes a message in the language of the task: with the clinic, what is asked, the link, and
its end."""


@dataclass(frozen=True, slots=True)
class RequestTexts:
    """The messages of a kind: that a request is there, and a reminder of it."""

    invitation: Wording = texts.invitation
    reminder: Wording = texts.reminder


@dataclass(frozen=True, slots=True)
class RequestKind(Generic[P]):
    """One kind of request.

    `key` is the value of the column `kind`, `prefix` that of its requests' ids, and `name` what
    staff call it, untranslated. `about` describes one request in a few words, or ""; `details` has
    names and values of what it asks for, translated. `build` makes its parts; `files` is None for
    a kind whose requests hold no files. `texts` compose its messages.
    """

    key: str
    prefix: str
    name: str
    about: Callable[[Request], str]
    details: Callable[[Request], list[tuple[str, str]]]
    build: Callable[[RequestTools], P]
    files: FilesHeld | None = None
    texts: RequestTexts = RequestTexts()
    sent: Action = Action.REQUEST_SENT
    """The audit log's name for sending one."""
    only_read: bool = False
    """Whether the patient is asked for nothing, and only reads."""
    part: Part = Part.FORMS
    """The part of the record that a proxy needs to open it in the app."""
    stays: bool = False
    """Whether the patient keeps it in the app after its link has ended."""
    due: Callable[[Content], int] = _no_day
    """When the answer is due; 0 for a kind without such a day. The reminder goes before that day,
    also to those who have opened the link, and the link works for some days longer."""
    reminds: Callable[[Content, int], int] | None = None
    """When a reminder of a link leaves that is sent now, 0 for none; by default in the morning
    before the link ends, or before the day on which the answer is due."""
    too_late: Callable[[Content], bool] = _never_late
    """Whether it is too late to remind of it: a worker that was away sends what has waited."""
    in_app: bool = True
    """Whether it has a page in the app, to which a notification on a device can lead."""
    copied_as: Category | None = None
    """The category of the copy in the chart, for a kind that holds no files and makes one."""
    chart_page: str = ""
    """The name of the page, below the chart, on which staff see the answer; "" if they see it in
    the chart."""

    attached: Callable[[Content], str] = _nothing_attached
    """The reference to what staff want to have attached to the e-mail about a request, "" for
    nothing (`notifications.attaching`)."""

    @property
    def category(self) -> str:
        """The category of the files that it brings into the chart, "" for none."""
        return self.files.category if self.files else self.copied_as or ""

    @property
    def has_due_day(self) -> bool:
        """Whether its answers are due on a day."""
        return self.due is not _no_day


AnyRequestKind = RequestKind[Any]


class RequestKinds:
    """The kinds of an installation, and how each handles its requests."""

    def __init__(self, *kinds: AnyRequestKind) -> None:
        self._by_prefix: Kinds[AnyRequestKind] = Kinds(*kinds)
        self._by_key = {kind.key: kind for kind in kinds}
        if len(self._by_key) < len(kinds):
            raise ValueError("two kinds of requests with the same key")
        self._parts: dict[str, KindParts] = {}

    def build(self, tools: RequestTools) -> None:
        """Make the parts of every kind, once."""
        self._parts = {kind.key: kind.build(tools) for kind in self}

    def __iter__(self) -> Iterator[AnyRequestKind]:
        return iter(self._by_prefix)

    def has(self, request_id: str) -> bool:
        """Whether this is the id of a request of any kind."""
        return self._by_prefix.has(request_id)

    def by_key(self, key: str) -> AnyRequestKind:
        """The kind with this key. Raises KeyError."""
        return self._by_key[key]

    def parts(self, kind: RequestKind[P]) -> P:
        """Return the parts of a built kind."""
        return cast(P, self._parts[kind.key])

    def handling(self, request_id: str) -> RequestHandling:
        """Return the handling for the request with this id. Raises UnknownKind."""
        return self._parts[self._by_prefix.of(request_id).key].handling

    def handlers(self) -> dict[str, Handler]:
        """Jobs of all kinds."""
        return {
            name: job
            for parts in self._parts.values()
            for name, job in parts.handling.handlers.items()
        }
