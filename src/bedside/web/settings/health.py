"""Settings → Health: what is running, and in plain words what is missing and what that means."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.kernel.known_states import BUSY, DOWN, NOT_SET_UP, OK, SET_UP, UNKNOWN, State
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.people.permissions import ClinicAccess
from bedside.services import Services
from bedside.services.part_words import DATABASE, PARTS, PartWords
from bedside.settings import Settings
from bedside.web.settings.staff import administrator

_LOOKED_WITHIN = 5.0
"""Seconds for which a check of the parts is recent enough for an administrator."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the installation. `tone` is that of its chip; `meaning` says what people notice
    of its state, `advice` what to do about it, with settings by name and never by value."""

    name: str
    state: str
    tone: str
    meaning: str
    advice: str = ""


async def health(request: Request) -> Response:
    """GET /settings/health."""
    access = await administrator(request)
    services = services_of(request)
    await services.health.look(within=_LOOKED_WITHIN)
    states, database = services.health.known, await services.health.database()
    decided = {
        key: State(SET_UP if value else NOT_SET_UP)
        for key, value in _settings(services.settings).items()
    }
    shown = {**decided, **states}
    parts = [
        _part(DATABASE, database),
        *(_part(known, shown[key]) for key, known in PARTS.items() if key in shown),
        *(_unknown(key, state) for key, state in states.items() if key not in PARTS),
    ]
    parts += _numbers(await services.people.phone_numbers.count_unread(access.clinic_id))
    return render(
        request, "settings/health.html", parts=parts, tab="health", **await _own(services, access)
    )


async def _own(services: Services, clinic: ClinicAccess) -> dict[str, Any]:
    """Return where test messages to oneself go, and what became of the last ones."""
    member = await services.people.staff.get(clinic.clinic_id, clinic.staff.staff_id)
    return {
        "own_email": member.email,
        "own_phone": (await services.notifications.staff_alerts.of(clinic.staff)).phone,
        "trials": await services.notifications.trials.latest(clinic.clinic_id),
    }


def _part(known: PartWords, state: State) -> Part:
    name = _(known.name)
    if state in (OK, BUSY):
        return Part(name, _("Works"), "good", _(known.works))
    if state == SET_UP:
        return Part(name, _("Set up"), "good", _(known.works))
    if state == NOT_SET_UP:
        tone = "attention" if known.needed else "neutral"
        return Part(name, _("Not set up"), tone, _(known.without), _(known.advice))
    meaning = " ".join(filter(None, (state.reason(), _(known.down))))
    advice = state.what_to_do() or _(known.advice)
    if state in (DOWN, UNKNOWN):
        return Part(name, _("Down"), "bad", meaning, advice)
    return Part(name, _("Incomplete"), "attention", meaning, advice)


def _settings(settings: Settings) -> dict[str, str]:
    """Return the setting that says whether a part is there, for parts that are not probed."""
    secure = settings.base_url if settings.base_url.startswith("https://") else ""
    return {
        "address": secure,
        "email": settings.smtp_url,
        "sms": settings.twilio_url,
        "push": secure,
        "media server": settings.janus_url,
        "relay": settings.turn_urls,
        "stun": settings.stun_urls,
    }


def _unknown(key: str, state: State) -> Part:
    """Describe a part that was registered and is unknown here, in its own words."""
    works = state in (OK, BUSY, SET_UP)
    return Part(
        key,
        _("Works") if works else _("Down"),
        "good" if works else "bad",
        state.reason() or state,
        state.what_to_do(),
    )


def _numbers(unread: int) -> list[Part]:
    """Describe phone numbers that nobody can dial as they are stored."""
    if not unread:
        return []
    return [
        Part(
            _("Phone numbers of patients"),
            ngettext("%(num)s not understood", "%(num)s not understood", unread) % {"num": unread},
            "attention",
            _("No SMS can go there. The numbers are kept as they were typed."),
            _("Correct them on the cards. They are listed at /patients?numbers=unread"),
        )
    ]


routes = [staff_route("/settings/health", health)]
