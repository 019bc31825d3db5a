"""The link that lets a proxy in: the patient's date of birth, with name, date of birth and address
of one's own; or with one press, for somebody who has the app already."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.accounts.opening import Person
from bedside.accounts.proxies import LINKS_TO_PROXIES
from bedside.edge.accounts import account_of, device_name, keep_account
from bedside.edge.context import address_of, services_of
from bedside.edge.dates import TypedDate, first_box
from bedside.edge.forms import Form
from bedside.edge.link_devices import page_of_link
from bedside.edge.link_pages import Entry, LinkFace, LinkPages, Question, page
from bedside.edge.signed_in import APP
from bedside.errors import Conflict, NotSignedIn, WrongInput
from bedside.kernel.language import gettext as _
from bedside.links.records import Link
from bedside.people.by_address import Address
from bedside.people.emergencies import IN_APP, emergency
from bedside.people.permissions import AccountAccess, LinkAccess

_WITH_APP = "with_app"
"""The name of the field that says that the account on this device is meant."""


async def _face(request: Request, link: Link) -> LinkFace:
    clinic = await services_of(request).people.clinics.get(link.clinic_id)
    return LinkFace(link, clinic, clinic.name, reports=False, over=True)


async def _check(request: Request, link: Link, form: Form) -> dict[str, str]:
    """Return the errors of one's own fields."""
    if form[_WITH_APP] == "yes" and await _signed_in(request, link):
        return {}
    return (await _read(request, link, form))[1]


async def _read(request: Request, link: Link, form: Form) -> tuple[Person, dict[str, str]]:
    """Return who fills in the form, and what is wrong by field."""
    clinic = await services_of(request).people.clinics.get(link.clinic_id)
    errors: dict[str, str] = {}
    if not form.line("name"):
        errors["name"] = _("Enter your name.")
    born, wrong = _own_birth(form).read(clinic)
    if wrong:
        errors["own_birth"] = _(wrong)
    phone = email = ""
    try:
        to = Address.read(form["address"], clinic.options.home)
        phone, email = (to.to, "") if to.channel == "sms" else ("", to.to)
    except WrongInput as error:
        errors["address"] = error.sentence
    return Person(form.line("name"), born, phone, email, form.line("lang") or "en"), errors


def _own_birth(form: Form) -> TypedDate:
    return TypedDate(*(form.line(f"own_{part}") for part in ("day", "month", "year")))


async def _signed_in(request: Request, link: Link) -> AccountAccess | None:
    """Return who is signed in to the app of the same clinic on this device, None if nobody is, or
    the patient who invites."""
    try:
        account = await account_of(request)
    except NotSignedIn:
        return None
    if account.clinic_id != link.clinic_id or account.own_patient_id == link.patient_id:
        return None
    return account


async def _ask(request: Request, face: LinkFace, question: Question) -> Response:
    form = question.form
    account = await _signed_in(request, face.link)
    services = services_of(request)
    person = await services.accounts.all.person(account) if account else None
    own = _own_birth(form) if form else TypedDate()
    return page(
        request,
        "proxies/door.html",
        face,
        status=WrongInput.status if question.errors else 200,
        link=page_of_link(face.link.id),
        tries=question.tries,
        emergency_text=emergency(face.clinic, IN_APP),
        signed_in=person.name if person else "",
        name=form["name"] if form else "",
        address=form["address"] if form else "",
        own_day=own.day,
        own_month=own.month,
        own_year=own.year,
        errors=question.errors,
        summary=[(_first(face, field), sentence) for field, sentence in question.errors.items()],
        **question.typed,
    )


def _first(face: LinkFace, field: str) -> str:
    """Return the id of the field to which the summary of errors leads."""
    box = first_box(face.clinic)
    if field == "birth":
        return box
    return box.replace("birth_", "own_") if field == "own_birth" else field


async def _enter(request: Request, face: LinkFace, entry: Entry) -> Response:
    services, link = services_of(request), entry.access
    account = await _signed_in(request, face.link)
    try:
        if entry.form[_WITH_APP] == "yes" and account is not None:
            await services.accounts.proxies.accept_as(link, account)
            return RedirectResponse(f"{APP}/{link.patient_id}", status_code=303)
        who, errors = await _read(request, face.link, entry.form)
        if errors:
            return await _ask(request, face, Question(face.link.tries_left, entry.form, errors))
        signed_in = await services.accounts.proxies.accept(
            link, who, address_of(request), device=device_name(request), own=True
        )
    except WrongInput as error:
        wrong = {error.field: _(error.sentence)}
        return await _ask(request, face, Question(face.link.tries_left, entry.form, wrong))
    except Conflict:
        return RedirectResponse(APP, status_code=303)
    response = RedirectResponse(f"{APP}/welcome", status_code=303)
    await keep_account(request, response, signed_in, own=True)
    return response


async def _known(request: Request, face: LinkFace, access: LinkAccess) -> Response | None:
    """Ask again on a device that gave the date of birth and nothing else: see `enters_again`."""
    return None


LINK_PAGES = LinkPages(
    kind=LINKS_TO_PROXIES,
    face=_face,
    ask=_ask,
    enter=_enter,
    check=_check,
    known=_known,
)
