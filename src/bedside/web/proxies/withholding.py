"""“Not for proxies”: staff keep one file of a chart from people with access, with a reason that the
patient reads."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.accounts.options import AccountOptions
from bedside.charts.records import Entry
from bedside.edge import labels
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.hidden import LONGEST_REASON
from bedside.people.permissions import ChartAccess
from bedside.services import Services
from bedside.web.proxies.words import GROUPS

WITHHELD = flash_message(
    "entry_withheld", N_("Nobody but the patient sees this file in the app now.")
)
RELEASED = flash_message("entry_released", N_("The mark is removed."))
SHOWN = flash_message("entry_shown", N_("Proxies see this file now, unless the patient hides it."))


async def mark_page(request: Request) -> Response:
    """GET /patients/{patient_id}/entries/{entry_id}/proxies: whether proxies see a file."""
    return await _page(request, *await _entry(request))


async def mark(request: Request) -> Response:
    """POST /patients/{patient_id}/entries/{entry_id}/proxies: mark a file as not for proxies, or
    for them all the same, or remove the mark. Fields: do (withhold, show, release), reason.
    Idempotent."""
    services, chart, entry = await _entry(request)
    form, hidden = await form_of(request), services.people.hidden
    address = f"/patients/{chart.patient_id}/entries/{entry.id}"
    if form.line("do") == "release":
        await hidden.release(chart, entry.id)
        return redirect(address, RELEASED)
    if form.line("do") == "show":
        await hidden.show(chart, entry.id)
        return redirect(address, SHOWN)
    try:
        await hidden.withhold(chart, entry.id, form["reason"])
    except WrongInput as error:
        return await _page(request, services, chart, entry, form["reason"], error)
    return redirect(address, WITHHELD)


async def _entry(request: Request) -> tuple[Services, ChartAccess, Entry]:
    staff = await shell(request, "patients")
    services = services_of(request)
    chart = await services.people.permissions.chart(staff, request.path_params["patient_id"])
    entry = await services.charts.contents.entry(chart, request.path_params["entry_id"])
    return services, chart, entry


async def _page(
    request: Request,
    services: Services,
    chart: ChartAccess,
    entry: Entry,
    reason: str = "",
    error: WrongInput | None = None,
) -> Response:
    return render(
        request,
        "proxies/not_for_proxies.html",
        status=error.status if error else 200,
        patient=await services.people.patients.get(chart),
        entry=entry,
        hidden=await services.people.hidden.of_item(chart, entry.id),
        reason=reason,
        category=labels.category(entry.category),
        kept_from=await _kept_from(services, chart, entry),
        longest=LONGEST_REASON,
        error=_(error.sentence) if error else "",
    )


async def _kept_from(services: Services, chart: ChartAccess, entry: Entry) -> list[str]:
    """Return the groups of proxies to whom the clinic does not show the category, in words."""
    clinic = await services.people.clinics.get(chart.clinic_id)
    unseen = clinic.of(AccountOptions).unseen_categories
    return [_(name) for group, name in GROUPS.items() if entry.category in unseen.get(group, ())]


_MARK = "/patients/{patient_id}/entries/{entry_id}/proxies"

routes = [
    staff_route(_MARK, mark_page, methods=["GET"]),
    staff_route(_MARK, mark, methods=["POST"]),
]
