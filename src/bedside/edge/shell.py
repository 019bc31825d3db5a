"""The frame around the pages of the console: rail, person, and entries of the palette."""

from typing import Any

from starlette.requests import Request

from bedside.edge.context import services_of
from bedside.edge.feature import features_of
from bedside.edge.flash import flash_messages
from bedside.edge.languages import speak_to_staff
from bedside.edge.rail import topic_of
from bedside.edge.signed_in import staff_of
from bedside.kernel import language
from bedside.kernel.language import N_, gettext
from bedside.kernel.pieces import others_first
from bedside.people.permissions import StaffAccess
from bedside.people.roles import May, Role, allows

FRAMEABLE = "bedside.frameable"
"""Key in the scope of a request: the response is a page of the console that may appear beside a
call in one of the product's own frames."""

ROLE_NAMES = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.CLINICIAN: N_("Clinician"),
    Role.STAFF: N_("Staff"),
}
STATUS_NAMES = {
    "": N_("Available"),
    "do_not_disturb": N_("Do not disturb"),
    "away": N_("Away"),
}
"""The choices of a person for their colleagues to see."""


async def shell(request: Request, section: str = "", *, frameable: bool = True) -> StaffAccess:
    """Prepare what console/layout.html needs, and use the person's language.

    `section` is the key of the rail's open section. A page that is not `frameable` cannot appear
    beside a call. Returns the person; raises as `staff_of`.
    """
    staff = await staff_of(request)
    if frameable:
        request.scope[FRAMEABLE] = True
    services = services_of(request)
    clinic = await speak_to_staff(request, staff)
    member = await services.people.staff.get(staff.clinic_id, staff.staff_id)
    status = await services.colleagues.presence.chosen(staff)
    request.state.page = {
        "lang": language.spoken(),
        "clinic_name": clinic.name,
        "zone": clinic.options.time_zone,
        "date_order": clinic.options.date_order,
        "rail": await _rail(request, staff),
        "section": section,
        "palette_actions": _actions(staff),
        "desk_topic": f"desk:{staff.clinic_id}",
        "rooms_topic": f"rooms:{staff.clinic_id}",
        "rail_topic": topic_of(staff.staff_id),
        "person_topic": f"person:{staff.staff_id}",
        "drafts": {
            "owner": staff.staff_id,
            "key": await services.people.staff.browser_key(staff),
        },
        "colleagues_topic": f"colleagues:{staff.clinic_id}",
        "questions_topic": f"questions:{staff.staff_id}",
        "person": {
            "name": member.name,
            "detail": gettext(STATUS_NAMES[status] if status else ROLE_NAMES[staff.role]),
            "role": gettext(ROLE_NAMES[staff.role]),
            "status": str(status),
            "statuses": [(key, gettext(name)) for key, name in STATUS_NAMES.items()],
        },
        "sessions_href": "/account",
        "sign_out_href": "/sign-out",
        "toasts": flash_messages(request),
        "demo": services.settings.demo,
    }
    await others_first()
    return staff


def _actions(staff: StaffAccess) -> list[dict[str, str]]:
    """Return the palette's entries before anything is typed."""
    account = {"label": gettext("Your sessions and sign-in"), "icon": "key", "href": "/account"}
    if not allows(staff.role, May.ADD_PATIENTS):
        return [account]
    add = {"label": gettext("Add patient"), "icon": "user-plus", "href": "/patients/new"}
    ask = {"label": gettext("Ask a colleague"), "icon": "message-circle", "href": "/colleagues/ask"}
    return [add, ask, account]


async def _rail(request: Request, staff: StaffAccess) -> list[dict[str, Any]]:
    """Return the lines of the rail that this person sees."""
    features = features_of(request)
    waiting = await features.waiting(services_of(request), staff)
    return [
        {
            "key": section.key,
            "label": gettext(section.label),
            "icon": section.icon,
            "href": section.href,
            "badge": waiting.get(section.key, 0),
        }
        for section in features.sections
        if allows(staff.role, section.may)
    ]
