"""Settings → Clinic → People with access: which files proxies do not see unless somebody shows them
one."""

from starlette.requests import Request
from starlette.responses import Response

from bedside.accounts.options import AccountOptions, Group
from bedside.charts.categories import LABELS
from bedside.edge.context import services_of
from bedside.edge.flash import redirect
from bedside.edge.forms import form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.kernel.language import gettext as _
from bedside.web.settings.staff import SAVED, administrator, save_options

_HERE = "/settings/proxies"


async def page(request: Request) -> Response:
    """GET /settings/proxies."""
    access = await administrator(request)
    options = await services_of(request).people.clinics.options(access.clinic_id, AccountOptions)
    return render(
        request,
        "settings/proxies.html",
        groups=[
            (str(group), name, hint, options.unseen_categories.get(group, ()))
            for group, (name, hint) in _groups(options).items()
        ],
        categories=[(str(key), _(label)) for key, label in LABELS.items()],
        tab="clinic",
    )


async def change(request: Request) -> Response:
    """POST /settings/proxies. Fields: each group, once for each category. Idempotent."""
    access = await administrator(request)
    given = await form_of(request)
    chosen = {
        group: tuple(str(key) for key in LABELS if key in given.all(group)) for group in Group
    }
    await save_options(request, access, (AccountOptions,), {"unseen_categories": chosen})
    return redirect(_HERE, SAVED)


def _groups(options: AccountOptions) -> dict[Group, tuple[str, str]]:
    """Return the names of the groups, and what else decides what they see."""
    ages = {"first": options.child_until, "last": options.adult_from - 1}
    files = _("If they may see files at all.")
    return {
        Group.OF_CHILD: (
            _("Parents of children under %(age)s") % {"age": options.child_until},
            files,
        ),
        Group.OF_TEENAGER: (
            _("Parents of young people from %(first)s to %(last)s") % ages,
            _("They see messages and forms: this is about files and forms there."),
        ),
        Group.GUARDIAN: (_("Legal guardians"), files),
        Group.CARER: (_("People whom a patient has let in"), files),
    }


routes = [
    staff_route(_HERE, page),
    staff_route(_HERE, change, methods=["POST"]),
]
