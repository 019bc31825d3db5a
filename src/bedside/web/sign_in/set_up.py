"""The first start in the browser: the clinic, its first administrator, and the master key."""

import sys
from zoneinfo import available_timezones

import structlog
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.edge.context import address_of, is_local, services_of
from bedside.edge.forms import Form, form_of
from bedside.edge.rendering import render
from bedside.edge.routes import open_route
from bedside.edge.signed_in import known_of
from bedside.errors import Gone, WrongInput
from bedside.kernel import phones, regions
from bedside.kernel.language import N_, gettext, offered, spoken
from bedside.people.clinics import ClinicOptions
from bedside.people.set_up import first_administrator
from bedside.services import Services
from bedside.web.sign_in.password import proceed

_log = structlog.get_logger("bedside.set_up")
_OPEN = """
  There is no clinic yet. Set it up in the browser: {address}
  From another machine the page asks for this code: {code}

"""
_FIELDS = {"name": N_("Please enter your name."), "email": N_("Please enter an e-mail address.")}


async def announce(services: Services) -> None:
    """Say, when the server starts, where to set up the clinic, and the code: in the log, and on
    standard output for whoever has just typed the command."""
    if await services.people.set_up.is_open():
        address, code = f"{services.settings.base_url}/set-up", services.people.set_up.code()
        _log.warning("set_up.open", address=address, code=code)
        sys.stdout.write(_OPEN.format(address=address, code=code))
        sys.stdout.flush()


async def form(request: Request) -> Response:
    """GET /set-up; only while there is no clinic."""
    if not await services_of(request).people.set_up.is_open():
        return RedirectResponse("/sign-in", status_code=303)
    return _form(request, Form([]), {})


async def run(request: Request) -> Response:
    """POST /set-up: create the clinic, then continue as its administrator."""
    services = services_of(request)
    given = await form_of(request)
    if not await services.people.set_up.is_open():
        return RedirectResponse("/sign-in", status_code=303)
    errors = _checked(given)
    if errors:
        return _form(request, given, errors)
    try:
        await services.people.set_up.run(
            given.line("clinic"),
            ClinicOptions(
                language=given["language"],
                country=given["country"],
                time_zone=given["time_zone"],
            ),
            first_administrator(given.line("name"), given.line("email")),
            given["new_password"],
            code=None if is_local(request) else given["code"],
            address=address_of(request),
        )
    except ValidationError as error:
        fields = {str(problem["loc"][0]) for problem in error.errors()}
        return _form(request, given, {name: gettext(_FIELDS[name]) for name in fields})
    except WrongInput as error:
        return _form(request, given, {error.field: gettext(error.sentence)})
    except Gone:
        return RedirectResponse("/sign-in", status_code=303)
    done = await services.people.sign_in.with_password(
        given.line("email"),
        given["new_password"],
        address=address_of(request),
        device=request.headers.get("user-agent", ""),
        known=known_of(request),
    )
    return proceed(request, done, "/settings/first-steps")


def _checked(given: Form) -> dict[str, str]:
    errors: dict[str, str] = {}
    if given["language"] not in offered():
        errors["language"] = gettext(N_("Please choose a language."))
    if given["time_zone"] not in available_timezones():
        errors["time_zone"] = gettext(N_("Please choose a time zone from the list."))
    if given["country"] and given["country"] not in phones.countries():
        errors["country"] = gettext(N_("Please choose a country from the list."))
    if "kept" not in given:
        errors["kept"] = gettext(
            N_("Without a copy of this file nobody can ever read the records. Please confirm.")
        )
    return errors


def _form(request: Request, given: Form, errors: dict[str, str]) -> Response:
    services = services_of(request)
    return render(
        request,
        "sign_in/set_up.html",
        status=422 if errors else 200,
        given=given,
        errors=errors,
        asks_code=not is_local(request),
        key_file=str(services.people.set_up.key_file.absolute()),
        languages=list(offered().items()),
        countries=regions.named(spoken(), phones.countries()),
        chosen_language=given["language"] or spoken(),
        time_zones=sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"),
    )


routes = [open_route("/set-up", form), open_route("/set-up", run, methods=["POST"])]
