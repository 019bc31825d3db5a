"""A feature's pages for its links. The door in `web/links` is the same for all: it asks for the
date of birth, grants a device access, and explains why a link does not open.

`edge.request_pages` makes this value for kinds of requests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.forms import Form
from bedside.edge.rendering import render
from bedside.errors import BedsideError
from bedside.kernel import language
from bedside.kernel.kinds import Kinds
from bedside.kernel.language import gettext as _
from bedside.links.kinds import LinkKind
from bedside.links.records import Link, LinkState
from bedside.people.clinics import Clinic
from bedside.people.emergencies import emergency
from bedside.people.permissions import LinkAccess
from bedside.requests.kinds import AnyRequestKind
from bedside.requests.records import Reported
from bedside.requests.texts import sender

STATUS = {
    LinkState.OPEN: 200,
    LinkState.EXPIRED: 410,
    LinkState.REVOKED: 410,
    LinkState.LOCKED: 403,
}


@dataclass(frozen=True, slots=True)
class LinkFace:
    """The public view of a link, before the date of birth. `reported` is what somebody has reported
    there; `sent` whether the clinic received something through the link, None if nothing could be;
    `asked_role` is the role of the person asking, "" if it is not known.
    `reports` is False if the clinic keeps nothing that could be reported to; `over` is True if
    nothing can follow by a newer link, so that the phone need not keep anything either.
    """

    link: Link
    clinic: Clinic
    asked_by: str
    reported: Reported = Reported.NOTHING
    sent: bool | None = None
    asked_role: str = ""
    reports: bool = True
    over: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """The question for the date of birth, with earlier input and its errors by field (“birth” for
    the date)."""

    tries: int
    form: Form | None = None
    errors: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def typed(self) -> dict[str, str]:
        """The parts of the date, as they were typed."""
        parts = ("day", "month", "year")
        return {part: self.form.line(f"birth_{part}") if self.form else "" for part in parts}


@dataclass(frozen=True, slots=True)
class Entry:
    """A device with access: it gave the right date of birth, now or before."""

    access: LinkAccess
    token: str
    form: Form


async def _not_known(request: Request, face: LinkFace, access: LinkAccess) -> Response | None:
    """Do nothing, for kinds that ask every device again."""
    return None


async def _nothing_goes_on(request: Request, face: LinkFace) -> Response | None:
    """Do nothing, for kinds of which nothing outlasts the link."""
    return None


async def _nothing_wrong(request: Request, link: Link, form: Form) -> dict[str, str]:
    """Return no errors, for kinds that ask for the date of birth only."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPages:
    """Pages of one kind of link; `kind` is the one that its domain declares."""

    kind: LinkKind | AnyRequestKind
    face: Callable[[Request, Link], Awaitable[LinkFace]]
    ask: Callable[[Request, LinkFace, Question], Awaitable[Response]]
    """Shows the question."""
    enter: Callable[[Request, LinkFace, Entry], Awaitable[Response]]
    """Admits a device that has given the date of birth."""
    check: Callable[[Request, Link, Form], Awaitable[dict[str, str]]] = _nothing_wrong
    """Returns the errors of the other fields of the form, by field."""
    known: Callable[[Request, LinkFace, LinkAccess], Awaitable[Response | None]] = _not_known
    """Answers a device that already had access; None to treat it like any other."""
    ended: Callable[[Request, LinkFace], Awaitable[Response | None]] = _nothing_goes_on
    """Answers a device that had access after the link has ended; None to explain that it has."""
    enters_again: bool = False
    """Whether such a device enters by pressing a button, without the date of birth."""
    report: Callable[[Request, Link, Reported], Awaitable[None]] | None = None
    """Reports to the clinic that the link reached somebody else, or has ended."""
    home: Callable[[Request], Awaitable[Response]] | None = None
    """Answers GET /my/{request_id}, for kinds of requests."""

    @property
    def prefix(self) -> str:
        """The prefix of the ids of these links' subjects."""
        return self.kind.prefix


AllLinkPages = Kinds[LinkPages]


def closed_page(
    request: Request,
    face: LinkFace,
    *,
    address: str = "",
    typed: str = "",
    error: BedsideError | None = None,
) -> Response:
    """Explain why a link does not open, and what to do; `address` is where to request a new one,
    `typed` what was typed there, `error` what is wrong with it."""
    values = {} if face.sent is None else {"sent": face.sent}
    return page(
        request,
        "components/link_closed.html",
        face,
        status=error.status if error else STATUS[face.link.state],
        state=str(face.link.state),
        address=address,
        ended=face.link.subject_id if face.over else "",
        typed=typed,
        error=_(error.sentence) if error else "",
        asked=face.reported is Reported.NEW_LINK,
        **values,
    )


def told_page(request: Request, face: LinkFace, *, back: str) -> Response:
    """Confirm that the clinic has received a report."""
    return page(
        request, "components/link_reported.html", face, reported=str(face.reported), back=back
    )


def page(
    request: Request, template: str, face: LinkFace, *, status: int = 200, **values: object
) -> Response:
    """Render a page of a link, with the values common to all."""
    common = {
        "lang": language.spoken(),
        "clinic_name": face.clinic.name,
        "phone": face.clinic.options.phone,
        "emergency_text": emergency(face.clinic),
        "asked_by": face.asked_by,
        "sender": sender(face.clinic, face.asked_by, face.asked_role),
        "clinic_address": face.clinic.options.address,
        "date_order": face.clinic.options.date_order,
    }
    return render(request, template, status=status, **{**common, **values})
