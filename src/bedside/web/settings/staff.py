"""Settings of an administrator: people, teams, the clinic."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import ROLE_NAMES, shell
from bedside.edge.signed_in import confirmed_staff_of, staff_of
from bedside.errors import NotFound, WrongInput
from bedside.kernel import phones, regions
from bedside.kernel.language import N_, gettext, offered, spoken
from bedside.people.options import Options
from bedside.people.permissions import ClinicAccess
from bedside.people.roles import Role
from bedside.people.sign_in import SignInOptions
from bedside.people.staff import Member, Person
from bedside.people.teams import Team, TeamKind
from bedside.services import Services
from bedside.web.settings.limits import KINDS, NUMBERS
from bedside.web.settings.numbers import number_errors, number_fields, read_numbers

SAVED = flash_message("settings_saved", N_("Saved."))
ROLE_CHANGED = flash_message("role_changed", N_("The role is changed. It holds at once."))
DISABLED = flash_message("staff_disabled", N_("This person cannot sign in any more."), "info")
ENABLED = flash_message("staff_enabled", N_("This person can sign in again."))
FACTORS_RESET = flash_message(
    "factors_reset", N_("Removed. At the next sign-in a new second factor is set up.")
)
TEAM_ADDED = flash_message("team_added", N_("Added. Now say who belongs to it, under People."))

_PEOPLE = "/settings/people"
PAGE_OPEN = 30
"""Minutes for filling in a form that was reached with a fresh password."""


async def start(request: Request) -> Response:
    """GET /settings."""
    await staff_of(request)
    return RedirectResponse(_PEOPLE, status_code=303)


async def administrator(request: Request) -> ClinicAccess:
    """Return the permission, with the frame of the page prepared. Raises NotAllowed."""
    staff = await shell(request, "settings")
    return services_of(request).people.permissions.administer(staff)


async def _confirmed_administrator(request: Request, page: str, minutes: int = 10) -> ClinicAccess:
    staff = await confirmed_staff_of(request, page, minutes=minutes)
    return services_of(request).people.permissions.administer(staff)


# --- people --------------------------------------------------------------------------------------


async def people(request: Request) -> Response:
    """GET /settings/people."""
    clinic = await administrator(request)
    services = services_of(request)
    assigned = await services.people.staff.by_groups(clinic)
    names = {team.id: team.name for team in await services.people.teams.listed(clinic.clinic_id)}
    members = [
        {
            "member": member,
            "role": gettext(ROLE_NAMES[member.role]),
            "teams": sorted(names[t] for t in assigned.get(member.id, []) if t in names),
        }
        for member in await services.people.staff.listed(clinic)
    ]
    return render(request, "settings/people.html", members=members, tab="people")


async def new_person(request: Request) -> Response:
    """GET /settings/people/new."""
    await confirmed_staff_of(request, f"{_PEOPLE}/new")
    clinic = await administrator(request)
    return await _new_person(request, clinic, Form([]), {})


async def add_person(request: Request) -> Response:
    """POST /settings/people: answers with the first password, which is shown only once."""
    clinic = await _confirmed_administrator(request, f"{_PEOPLE}/new", PAGE_OPEN)
    services = services_of(request)
    given = await form_of(request)
    try:
        person = Person(
            name=given.line("name"), email=given.line("email"), role=Role(given["role"])
        )
    except (ValidationError, ValueError) as error:
        return await _new_person(request, clinic, given, _fields_of(error))
    password = services.people.passwords.made_up()
    try:
        member = await services.people.staff.add(clinic, person, password)
    except WrongInput as error:
        errors = {error.field: gettext(error.sentence)}
        return await _new_person(request, clinic, given, errors)
    for target in given.all("teams"):
        await services.people.staff.assign(clinic, member.id, target)
    return await _first_password(request, member, password)


async def person(request: Request) -> Response:
    """GET /settings/people/{staff_id}."""
    clinic = await administrator(request)
    services = services_of(request)
    member = await services.people.staff.get(clinic.clinic_id, request.path_params["staff_id"])
    targets = await services.people.staff.targets_of(clinic, member.id)
    patient_ids = {target for target in targets if target.startswith("pat_")}
    return render(
        request,
        "settings/person.html",
        member=member,
        factors=await services.people.sign_in.factors(member.id),
        is_self=member.id == clinic.staff.staff_id,
        role_name=gettext(ROLE_NAMES[member.role]),
        roles=_roles(),
        teams=_choices(await services.people.teams.listed(clinic.clinic_id)),
        targets=targets,
        patients=await services.people.patients.named(clinic.clinic_id, patient_ids),
        tab="people",
    )


async def change_role(request: Request) -> Response:
    """POST /settings/people/{staff_id}/role."""
    page = _page_of(request)
    clinic = await _confirmed_administrator(request, page)
    given = await form_of(request)
    role = next((role for role in Role if role == given["role"]), None)
    if role is None:
        raise WrongInput(field="role")
    await services_of(request).people.staff.change_role(
        clinic, request.path_params["staff_id"], role
    )
    return redirect(page, ROLE_CHANGED)


async def change_assignments(request: Request) -> Response:
    """POST /settings/people/{staff_id}/teams: assign exactly the ticked teams and rooms."""
    clinic = await _confirmed_administrator(request, _page_of(request))
    services = services_of(request)
    staff_id = request.path_params["staff_id"]
    wanted = set((await form_of(request)).all("teams"))
    before = await services.people.staff.targets_of(clinic, staff_id)
    shown = {team.id for team in await services.people.teams.listed(clinic.clinic_id)}
    for target in sorted(wanted - before):
        await services.people.staff.assign(clinic, staff_id, target)
    for target in sorted((before & shown) - wanted):
        await services.people.staff.unassign(clinic, staff_id, target)
    return redirect(_page_of(request), SAVED)


async def unassign_patient(request: Request) -> Response:
    """POST /settings/people/{staff_id}/unassign: from a single patient."""
    clinic = await _confirmed_administrator(request, _page_of(request))
    target = (await form_of(request))["target"]
    await services_of(request).people.staff.unassign(
        clinic, request.path_params["staff_id"], target
    )
    return redirect(_page_of(request), SAVED)


async def give_password(request: Request) -> Response:
    """POST /settings/people/{staff_id}/password: a new first password, shown only once."""
    clinic = await _confirmed_administrator(request, _page_of(request))
    services = services_of(request)
    staff_id = request.path_params["staff_id"]
    member = await services.people.staff.get(clinic.clinic_id, staff_id)
    password = services.people.passwords.made_up()
    await services.people.staff.give_password(clinic, staff_id, password)
    return await _first_password(request, member, password)


async def reset_factors(request: Request) -> Response:
    """POST /settings/people/{staff_id}/second-factor: for somebody who lost phone and key."""
    page = _page_of(request)
    clinic = await _confirmed_administrator(request, page)
    await services_of(request).people.second_factors.reset(clinic, request.path_params["staff_id"])
    return redirect(page, FACTORS_RESET)


async def disable(request: Request) -> Response:
    """POST /settings/people/{staff_id}/disable."""
    page = _page_of(request)
    clinic = await _confirmed_administrator(request, page)
    await services_of(request).people.staff.disable(clinic, request.path_params["staff_id"])
    return redirect(page, DISABLED)


async def enable(request: Request) -> Response:
    """POST /settings/people/{staff_id}/enable."""
    page = _page_of(request)
    clinic = await _confirmed_administrator(request, page)
    await services_of(request).people.staff.enable(clinic, request.path_params["staff_id"])
    return redirect(page, ENABLED)


async def _new_person(
    request: Request, clinic: ClinicAccess, given: Form, errors: dict[str, str]
) -> Response:
    await shell(request, "settings")
    teams = await services_of(request).people.teams.listed(clinic.clinic_id)
    return render(
        request,
        "settings/new_person.html",
        status=422 if errors else 200,
        given=given,
        errors=errors,
        roles=_roles(),
        teams=_choices(teams),
        tab="people",
    )


async def _first_password(request: Request, member: Member, password: str) -> Response:
    await shell(request, "settings")
    return render(
        request,
        "settings/first_password.html",
        member=member,
        password=password,
        address=services_of(request).settings.base_url,
        tab="people",
    )


def _page_of(request: Request) -> str:
    return f"{_PEOPLE}/{request.path_params['staff_id']}"


def _fields_of(error: ValueError) -> dict[str, str]:
    sentences = {
        "name": N_("Please enter a name of at most 120 characters."),
        "email": N_("Please enter an e-mail address like name@example.org."),
        "role": N_("Please choose a role."),
    }
    fields = {"role"}
    if isinstance(error, ValidationError):
        fields = {str(problem["loc"][0]) for problem in error.errors()}
    return {field: gettext(sentences[field]) for field in fields}


def _roles() -> list[tuple[str, str, str]]:
    what = {
        Role.ADMINISTRATOR: N_("Sets up the clinic, adds people, reads the audit log."),
        Role.CLINICIAN: N_("Sees and treats patients they are assigned to."),
        Role.STAFF: N_("Front desk and nurses: sees patients they are assigned to."),
    }
    return [(str(role), gettext(ROLE_NAMES[role]), gettext(what[role])) for role in Role]


def _choices(teams: list[Team]) -> list[tuple[str, str, str]]:
    kinds = {TeamKind.TEAM: N_("Team"), TeamKind.ROOM: N_("Room")}
    return [(team.id, team.name, gettext(kinds[team.kind])) for team in teams]


# --- teams ---------------------------------------------------------------------------------------


async def teams(request: Request) -> Response:
    """GET /settings/teams. Rooms have pages of their own (`settings.rooms`)."""
    return await _teams(request)


async def add_team(request: Request) -> Response:
    """POST /settings/teams."""
    clinic = services_of(request).people.permissions.administer(await staff_of(request))
    given = await form_of(request)
    try:
        await services_of(request).people.teams.create(clinic, TeamKind.TEAM, given["name"])
    except WrongInput as error:
        return await _teams(request, given, {"name": gettext(error.sentence)})
    return redirect("/settings/teams", TEAM_ADDED)


async def rename_team(request: Request) -> Response:
    """POST /settings/teams/{team_id}."""
    clinic = services_of(request).people.permissions.administer(await staff_of(request))
    team_id = request.path_params["team_id"]
    if team_id not in {team.id for team in await _teams_of(services_of(request), clinic)}:
        raise NotFound
    given = await form_of(request)
    try:
        await services_of(request).people.teams.rename(clinic, team_id, given["name"])
    except WrongInput as error:
        return await _teams(request, errors={team_id: gettext(error.sentence)})
    return redirect("/settings/teams", SAVED)


async def _teams_of(services: Services, clinic: ClinicAccess) -> list[Team]:
    """Return teams that are not rooms."""
    listed = await services.people.teams.listed(clinic.clinic_id)
    return [team for team in listed if team.kind is TeamKind.TEAM]


async def _teams(
    request: Request, given: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    clinic = await administrator(request)
    services = services_of(request)
    found = await _teams_of(services, clinic)
    assigned = await services.people.staff.by_groups(clinic)
    counts = {team.id: sum(team.id in targets for targets in assigned.values()) for team in found}
    return render(
        request,
        "settings/teams.html",
        status=422 if errors else 200,
        teams=found,
        counts=counts,
        given=given or Form([]),
        errors=errors or {},
        tab="teams",
    )


# --- the clinic ----------------------------------------------------------------------------------


async def clinic_page(request: Request) -> Response:
    """GET /settings/clinic."""
    access = await administrator(request)
    clinic = await services_of(request).people.clinics.get(access.clinic_id)
    given = clinic.options.model_dump() | clinic.of(SignInOptions).model_dump()
    values = {number.name: number.of(clinic) for number in NUMBERS}
    return _clinic(request, {**given, **values, "name": clinic.name}, {})


async def change_clinic(request: Request) -> Response:
    """POST /settings/clinic."""
    access = await administrator(request)
    services = services_of(request)
    given = await form_of(request)
    shown: dict[str, Any] = {
        name: given.line(name)
        for name in (
            "name",
            "language",
            "country",
            "time_zone",
            "phone",
            "address",
            "emergency_text",
        )
    }
    shown |= {number.name: given.line(number.name) for number in NUMBERS}
    shown["second_factor_required"] = "second_factor_required" in given
    errors = _clinic_errors(shown)
    if errors:
        return _clinic(request, shown, errors)
    before = await services.people.clinics.options(access.clinic_id, SignInOptions)
    if before.second_factor_required and not shown["second_factor_required"]:
        await _confirmed_administrator(request, "/settings/clinic", PAGE_OPEN)
    await save_options(request, access, KINDS, shown | read_numbers(NUMBERS, shown), shown["name"])
    return redirect("/settings/clinic", SAVED)


async def save_options(
    request: Request,
    access: ClinicAccess,
    kinds: tuple[type[Options], ...],
    given: dict[str, Any],
    name: str = "",
) -> None:
    """Save the options of these kinds that are in `given`, and the name unless it is empty."""
    services = services_of(request)
    parts = [kind.model_validate(given) for kind in kinds]
    async with services.database.unit_of_work() as work:
        await services.people.clinics.change(
            work, access.actor, access.clinic_id, *parts, name=name
        )


def _clinic_errors(shown: dict[str, Any]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not 1 <= len(shown["name"]) <= 120:
        errors["name"] = gettext(N_("Please enter a name of at most 120 characters."))
    if shown["language"] not in offered():
        errors["language"] = gettext(N_("Please choose a language."))
    if shown["time_zone"] not in available_timezones():
        errors["time_zone"] = gettext(N_("Please choose a time zone from the list."))
    if shown["country"] and shown["country"] not in phones.countries():
        errors["country"] = gettext(N_("Please choose a country from the list."))
    if len(shown["phone"]) > 40:
        errors["phone"] = gettext(N_("This is too long for a telephone number."))
    if len(shown["address"]) > 200:
        errors["address"] = gettext(N_("Please use at most 200 characters."))
    if len(shown["emergency_text"]) > 500:
        errors["emergency_text"] = gettext(N_("Please use at most 500 characters."))
    return errors | number_errors(NUMBERS, shown)


def _clinic(request: Request, shown: dict[str, Any], errors: dict[str, str]) -> Response:
    return render(
        request,
        "settings/clinic.html",
        status=422 if errors else 200,
        shown=shown,
        errors=errors,
        numbers=number_fields(NUMBERS),
        languages=list(offered().items()),
        countries=countries(),
        suggested=dict(countries()).get(
            regions.suggested(shown["time_zone"], shown["language"]), ""
        ),
        time_zones=time_zones(),
        tab="clinic",
    )


def countries() -> list[tuple[str, str]]:
    """Return (code, name) of countries to choose from, in the language of the page."""
    return regions.named(spoken(), phones.countries())


@cache
def time_zones() -> list[str]:
    """Return time zones to choose from, without the historical aliases."""
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


_PERSON = _PEOPLE + "/{staff_id}"
routes = [
    staff_route("/settings", start),
    staff_route(_PEOPLE, people),
    staff_route(_PEOPLE, add_person, methods=["POST"]),
    staff_route(f"{_PEOPLE}/new", new_person),
    staff_route(_PERSON, person),
    staff_route(f"{_PERSON}/role", change_role, methods=["POST"]),
    staff_route(f"{_PERSON}/teams", change_assignments, methods=["POST"]),
    staff_route(f"{_PERSON}/unassign", unassign_patient, methods=["POST"]),
    staff_route(f"{_PERSON}/password", give_password, methods=["POST"]),
    staff_route(f"{_PERSON}/second-factor", reset_factors, methods=["POST"]),
    staff_route(f"{_PERSON}/disable", disable, methods=["POST"]),
    staff_route(f"{_PERSON}/enable", enable, methods=["POST"]),
    staff_route("/settings/teams", teams),
    staff_route("/settings/teams", add_team, methods=["POST"]),
    staff_route("/settings/teams/{team_id}", rename_team, methods=["POST"]),
    staff_route("/settings/clinic", clinic_page),
    staff_route("/settings/clinic", change_clinic, methods=["POST"]),
]
