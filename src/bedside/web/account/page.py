"""The page of one's own account, which answers each form on it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.browsers import browser_name, is_phone
from bedside.edge.context import services_of
from bedside.edge.rendering import render
from bedside.edge.shell import shell
from bedside.edge.waits import sentence_of
from bedside.errors import BedsideError, WrongInput
from bedside.kernel import language, phones
from bedside.kernel.language import gettext as _
from bedside.notifications.ports import Channel
from bedside.people.clinics import Clinic
from bedside.people.permissions import StaffAccess
from bedside.people.sessions import ListedSession
from bedside.people.sign_in import SignInOptions

_OF_ALERTS = ("phone", "code", "channels")
"""Fields of the forms about alerts; all others are those of the password."""


async def account_page(
    request: Request, error: BedsideError | None = None, *, field: str = "", phone: str = ""
) -> Response:
    """Render the page, with what was wrong beside its field; `field` is for errors that name none.
    `phone` is what was typed there."""
    staff = await shell(request)
    services = services_of(request)
    clinic = await services.people.clinics.get(staff.clinic_id)
    errors = _by_field(error, field)
    alerts = await _alerts(request, staff)
    offered = alerts["alerts"].offered
    if offered is not None and alerts["code_lost"] and not phone:
        phone = offered.number  # to be corrected
    return render(
        request,
        "account/account.html",
        status=error.status if error else 200,
        member=await services.people.staff.get(staff.clinic_id, staff.staff_id),
        factors=await services.people.sign_in.factors(staff.staff_id),
        required=clinic.of(SignInOptions).second_factor_required,
        codes_left=await services.people.second_factors.codes_left(staff),
        passkeys=await services.people.passkeys.listed(staff),
        passkeys_possible=services.people.passkeys.possible,
        sessions=[_shown(session) for session in await services.people.sessions.listed(staff)],
        languages=_languages(clinic),
        errors={name: text for name, text in errors.items() if name not in _OF_ALERTS},
        alert_errors={name: text for name, text in errors.items() if name in _OF_ALERTS},
        typed_phone=phone,
        phone_example=phones.example(clinic.options.home),
        **alerts,
    )


def _languages(clinic: Clinic) -> list[tuple[str, str]]:
    """Return (code, name) to choose from, each language by its own name, the clinic's first."""
    names = language.offered()
    clinics = names[language.first_spoken(clinic.options.language)]
    return [("", _("%(language)s, as in the whole clinic") % {"language": clinics}), *names.items()]


async def _alerts(request: Request, staff: StaffAccess) -> dict[str, Any]:
    services = services_of(request)
    return {
        "alerts": await services.notifications.staff_alerts.of(staff),
        "devices": await services.notifications.push_devices.listed(staff),
        "code_lost": await services.notifications.own_phones.is_code_lost(staff),
        "sms_stays": Channel.SMS in services.notifications.dispatcher.local,
    }


def _shown(session: ListedSession) -> dict[str, object]:
    return {
        "id": session.id,
        "name": browser_name(session.device),
        "icon": "smartphone" if is_phone(session.device) else "monitor-smartphone",
        "address": session.address,
        "seen_at": session.seen_at,
        "current": session.current,
    }


def _by_field(error: BedsideError | None, field: str) -> dict[str, str]:
    if error is None:
        return {}
    named = error.field if isinstance(error, WrongInput) else ""
    return {named or field or "current_password": sentence_of(error)}
