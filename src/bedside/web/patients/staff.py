"""The list of patients, and adding one."""

from collections.abc import Hashable
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.formats import earlier_fit
from bedside.edge.forms import Form, form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.rows import drawn
from bedside.edge.shell import shell
from bedside.errors import WrongInput
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_, gettext
from bedside.people.likely import AlreadyHere
from bedside.people.patients import MOST_COUNTED, Patient
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May, allows
from bedside.web.patients.demographics import (
    Entered,
    entered_by,
    who_is,
)
from bedside.web.patients.details_form import form_page

_PAGE = 50
ADDED = flash_message("patient_added", N_("The patient is added."))


async def listed(request: Request) -> Response:
    """GET /patients: everybody this person may see, last added first; with `numbers=unread` those
    whose phone number cannot be understood."""
    staff = await shell(request, "patients")
    services = services_of(request)
    if request.query_params.get("numbers") == "unread":
        found = await services.people.phone_numbers.unread(staff, limit=_PAGE)
        number, count = 1, len(found)
    else:
        number, found = await _turned_to(request, staff)
        count = await services.people.patients.count(staff)
    await services.audit.log.note(
        staff.clinic_id,
        staff.actor,
        Action.PATIENTS_LISTED,
        page=number,
        shown=min(len(found), _PAGE),
    )
    return await _page(request, staff, found, count=count, number=number)


async def search(request: Request) -> Response:
    """POST /patients/search: by beginnings of names, phone or date of birth.

    A POST and not a query, so that no address, history or log contains names. Answers with the
    list alone while somebody types, and with the page otherwise.
    """
    services = services_of(request)
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "patients"))
    words = (await form_of(request)).line("words")[:200]
    if not words:
        found = await services.people.patients.listed(staff, limit=_PAGE + 1)
        count = await services.people.patients.count(staff)
    else:
        found = await services.people.patients.find(staff, words, limit=_PAGE + 1)
        count = len(found)
        await services.audit.looks.note(
            staff.clinic_id,
            staff.actor,
            staff.session_id,
            Action.PATIENTS_SEARCHED,
            shown=len(found),
        )
    if fragment:
        return render(
            request,
            "patients/found.html",
            **await _results(staff, found, count=count, words=words),
        )
    return await _page(request, staff, found, count=count, words=words)


async def _turned_to(request: Request, staff: StaffAccess) -> tuple[int, list[Patient]]:
    """Return the number of the page, and its patients. Pages lead on by the patients at their ends
    (`older`, `newer`). An address with a number alone counts from the top, as far as anybody
    counts."""
    patients, number = services_of(request).people.patients, _page_number(request)
    sides: tuple[Literal["older", "newer"], ...] = ("older", "newer")
    for side in sides:
        than = request.query_params.get(side, "")
        if is_id(than, "pat") and number > 1:
            most = _PAGE + (side == "older")
            found = await patients.listed_beyond(staff, side, than, limit=most)
            return number, found
    number = min(number, MOST_COUNTED // _PAGE)
    return number, await patients.listed(staff, limit=_PAGE + 1, offset=(number - 1) * _PAGE)


def _page_number(request: Request) -> int:
    given = request.query_params.get("page", "1")
    return max(1, int(given)) if given.isdecimal() and len(given) < 6 else 1


async def _results(
    staff: StaffAccess,
    found: list[Patient],
    *,
    count: int,
    words: str = "",
    number: int = 1,
    back: bool = False,
) -> dict[str, Any]:
    """`found` has one more than a page shows if there are more; `back`: somebody came here from
    older ones."""
    first, more = (number - 1) * _PAGE, back or len(found) > _PAGE
    shown = found[:_PAGE]
    return {
        "patients": shown,
        "drawn": await drawn("patients/row.html", (_row(one, words) for one in shown)),
        "count": min(count, MOST_COUNTED),
        "uncounted": count > MOST_COUNTED,
        "words": words,
        "first": first + 1,
        "last": first + len(shown),
        "newer": _beside(number - 1, "newer", shown[:1]) if number > 1 else "",
        "older": _beside(number + 1, "older", shown[-1:]) if more and not words else "",
        "too_many": more and bool(words),
        "may_add": allows(staff.role, May.ADD_PATIENTS),
    }


def _beside(number: int, side: str, at: list[Patient]) -> str:
    """Return the address of the page before or after the one that begins, or ends, `at` a
    patient."""
    place = f"&{side}={at[0].id}" if at else ""
    return f"/patients?page={number}{place}" if number > 1 else "/patients"


def _row(patient: Patient, words: str) -> dict[str, Hashable]:
    about = patient.demographics
    return {
        "id": patient.id,
        "name": about.name,
        "birth_date": about.birth_date,
        "phone": about.phone,
        "earlier": earlier_fit(patient, words) if words else "",
    }


async def _page(
    request: Request,
    staff: StaffAccess,
    found: list[Patient],
    *,
    count: int,
    words: str = "",
    number: int = 1,
) -> Response:
    back = "newer" in request.query_params
    return render(
        request,
        "patients/list.html",
        **await _results(staff, found, count=count, words=words, number=number, back=back),
    )


# --- adding --------------------------------------------------------------------------------------


async def add_form(request: Request) -> Response:
    """GET /patients/new."""
    staff = await shell(request, "patients")
    return await _add_page(request, staff, Entered(), [], {})


async def add(request: Request) -> Response:
    """POST /patients/new: what was typed is kept if something has to be corrected. `another`
    confirms that this one, by name and date of birth, is none of the existing patients."""
    staff = await shell(request, "patients")
    services = services_of(request)
    form: Form = await form_of(request)
    entered = entered_by(form)
    clinic = await services.people.clinics.get(staff.clinic_id)
    demographics, errors = entered.checked(clinic)
    teams: list[str] = []
    try:
        teams = await services.people.assignments.check(staff, form.all("teams"))
    except WrongInput as error:
        errors["teams"] = gettext(error.sentence)
    if demographics is None or errors:
        return await _add_page(request, staff, entered, form.all("teams"), errors)
    if form["another"] != who_is(demographics):
        here = await services.people.likely.before_adding(staff, demographics)
        if here:
            return await _add_page(request, staff, entered, form.all("teams"), {}, here)
    async with services.database.unit_of_work() as work:
        patient = await services.people.patients.add(work, staff, demographics, teams)
    return redirect(f"/patients/{patient.id}/card", ADDED)


async def _add_page(
    request: Request,
    staff: StaffAccess,
    entered: Entered,
    chosen: list[str],
    errors: dict[str, str],
    here: AlreadyHere | None = None,
) -> Response:
    clinic = await services_of(request).people.clinics.get(staff.clinic_id)
    who = who_is(entered.checked(clinic)[0]) if here else ""
    template = "patients/new.html"
    return await form_page(request, template, clinic.id, entered, chosen, errors, here, who=who)


routes = [
    staff_route("/patients", listed),
    staff_route("/patients/search", search, methods=["POST"]),
    staff_route("/patients/new", add_form),
    staff_route("/patients/new", add, methods=["POST"]),
]
