"""The language of a page: the reader's choice, then what the clinic knows about them, then what
their browser prefers.

Staff read in the language of their account, or the clinic's; a patient by a link in the language
of their card; a visit in the one of its check-in. A choice that a reader has made on a page, which
their browser remembers, comes before what is known about patients, because several people may
read on one phone.
"""

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bedside.edge.context import services_of
from bedside.edge.signed_in import cookie_name, is_secure
from bedside.errors import NotFound
from bedside.kernel import language
from bedside.people.clinics import Clinic
from bedside.people.permissions import StaffAccess, VisitorAccess
from bedside.settings import Settings

_HOW = "bedside.language"
"""Key in the scope of a request: how its language was found."""
_CHOSEN, _PREFERRED, _UNKNOWN = "chosen", "preferred", "unknown"
_REMEMBERED = 400 * 24 * 3600
"""Seconds, the most that browsers keep a cookie."""


class Spoken:
    """Middleware: use the language that the reader chose, or else the first of Accept-Language
    that has a catalogue."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            language.offer_pseudo_languages(self._settings.development)
            chosen = HTTPConnection(scope).cookies.get(_name(self._settings), "")
            preferred = wanted(Headers(scope=scope).get("accept-language", ""))
            if language.is_spoken(chosen):
                scope[_HOW] = _CHOSEN
            else:
                scope[_HOW] = _PREFERRED if preferred else _UNKNOWN
            language.speak(chosen, preferred)
        await self.app(scope, receive, send)


def wanted(header: str) -> str:
    """Return the best language of an Accept-Language header (RFC 9110, 12.5.4) that has a
    catalogue; "" if there is none."""
    offered = {code.casefold(): code for code in language.offered()}
    choices: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.partition(";")
        tag = tag.strip().casefold()
        code = offered.get(tag) or offered.get(tag.split("-")[0])
        if code and _weight(weight) > 0:
            choices.append((-_weight(weight), place, code))
    return min(choices)[2] if choices else ""


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def _name(settings: Settings) -> str:
    return f"{cookie_name(settings)}-language"


def remember(response: Response, settings: Settings, code: str) -> None:
    """Make the browser ask for every page in this language; with "" no longer."""
    response.set_cookie(
        _name(settings),
        code,
        max_age=_REMEMBERED if code else 0,
        path="/",
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",
    )


# --- whose page it is -----------------------------------------------------------------------------


async def speak_to_staff(connection: HTTPConnection, staff: StaffAccess) -> Clinic:
    """Use the language of a member of staff, or the clinic's. Returns the clinic."""
    people = services_of(connection).people
    clinic = await people.clinics.get(staff.clinic_id)
    member = await people.staff.get(staff.clinic_id, staff.staff_id)
    language.speak(member.language, clinic.options.language)
    return clinic


async def speak_to_patient(connection: HTTPConnection, clinic_id: str, patient_id: str) -> None:
    """Use the language of a patient's card, unless the reader has chosen one."""
    if connection.scope.get(_HOW) == _CHOSEN or not patient_id:
        return
    try:
        known = await services_of(connection).people.patients.language(clinic_id, patient_id)
    except NotFound:
        return
    await _speak(connection, clinic_id, known)


async def speak_to_visitor(connection: HTTPConnection, visitor: VisitorAccess) -> None:
    """Use the language in which a patient checked in, unless the reader has chosen one since."""
    if connection.scope.get(_HOW) != _CHOSEN:
        known = await services_of(connection).visits.devices.language(visitor)
        await _speak(connection, visitor.clinic_id, known)


async def speak_to_reader(connection: HTTPConnection, clinic_id: str, known: str) -> None:
    """Use the language that is known of whoever reads, unless they have chosen one."""
    if connection.scope.get(_HOW) != _CHOSEN:
        await _speak(connection, clinic_id, known)


async def speak_at_clinic(connection: HTTPConnection, clinic_id: str) -> None:
    """Use the clinic's language for somebody of whom nothing is known, not even a preference."""
    await _speak(connection, clinic_id, "")


async def _speak(connection: HTTPConnection, clinic_id: str, known: str) -> None:
    if language.is_spoken(known):
        language.speak(known)
    elif connection.scope.get(_HOW) == _UNKNOWN:
        clinic = await services_of(connection).people.clinics.get(clinic_id)
        language.speak(clinic.options.language)
