"""Settings → Health: what is running, and in plain words what is missing and what that means."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.kernel.known_states import BUSY, OK
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.settings import Settings
from bedside.web.settings.staff import administrator

_LOOKED_WITHIN = 5.0
"""Seconds for which a check of the parts is recent enough for an administrator."""
_SET_UP = "configured"
_NOT_SET_UP = "not configured"
_INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the installation. `tone` is that of its chip; `meaning` says what people notice
    of its state, `advice` what to do about it, with settings by name and never by value."""

    name: str
    state: str
    tone: str
    meaning: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """Texts about a part: working, down, or not set up."""

    name: str
    works: str
    down: str
    without: str = ""
    advice: str = ""
    needed: bool = False
    """Whether the product is incomplete without it, so that “not set up” asks for attention."""


_DATABASE = _Known(
    N_("Database"),
    N_("Everything that is done here is kept."),
    N_("Nothing can be opened or saved until it is back."),
    advice=N_("Look at the log of the server, then run: bedside doctor"),
)
_PARTS: dict[str, _Known] = {
    "scanner": _Known(
        N_("Malware scanner"),
        N_("Every file is scanned before anybody can open it."),
        N_("Files that arrive are kept and wait for their scan. Nobody can open them until then."),
        advice=N_("Start clamd again; the files are scanned by themselves when it answers."),
    ),
    "scanner limits": _Known(
        N_("What the scanner looks at"),
        N_("A file that the scanner does not look at as a whole stays unscanned and unopened."),
        N_(
            "The scanner cannot be relied on to say when it stops looking into a file: its limits "
            "are not known for certain."
        ),
        advice=N_("Run: bedside doctor"),
    ),
    "sandbox": _Known(
        N_("Sandbox"),
        N_("Files are parsed by processes that can reach nothing else on this machine."),
        N_(
            "Files are parsed with less protection than there should be: this machine’s kernel or "
            "processor lacks Landlock or seccomp. A harmful file could do more damage."
        ),
        advice=N_("Run Bedside on Linux 5.13 or newer, on x86-64 or arm64. See: bedside doctor"),
    ),
    "jobs": _Known(
        N_("Work in the background"),
        N_("Scans, messages and clean-up are done as they come up."),
        N_("Some work was tried several times and given up, such as a message or a scan."),
        advice=N_("Look for “job given up” in the log of the server."),
    ),
    "email": _Known(
        N_("E-mail"),
        N_("Links and notices go out by e-mail."),
        N_("E-mail is kept and tried again until the mail server answers."),
        without=N_("No e-mail leaves this machine. What would go out is in the outbox instead."),
        advice=N_("Set smtp_url and mail_from."),
        needed=True,
    ),
    "sms": _Known(
        N_("SMS"),
        N_("Links and notices go out by SMS."),
        N_("SMS are kept and tried again until the gateway answers."),
        without=N_("No SMS leaves this machine. What would go out is in the outbox instead."),
        advice=N_("Set twilio_url, twilio_account, twilio_token and sms_from."),
        needed=True,
    ),
    "push": _Known(
        N_("Web push"),
        N_(
            "Staff who allowed it are told on their devices that somebody waits, also while they "
            "are signed out. The server needs a way out, by HTTPS, to the push services of the "
            "browsers' makers."
        ),
        N_("Staff are not told on their devices while they are signed out."),
        without=N_(
            "Browsers take push messages from sites over HTTPS only. Staff who are signed out are "
            "told by e-mail or SMS."
        ),
        advice=N_("Put Bedside behind HTTPS and set public_url."),
    ),
    "media server": _Known(
        N_("Media server"),
        N_("Group calls of 5 people and more go through it."),
        N_("Calls of up to 4 people work; larger ones cannot start until it answers."),
        without=N_("Calls of up to 4 people work; larger ones need a media server."),
        advice=N_("Set janus_url and janus_secret."),
    ),
    "relay": _Known(
        N_("Relay (TURN)"),
        N_("Calls work from behind strict firewalls too."),
        N_("Patients behind strict firewalls get no picture and no sound."),
        without=N_(
            "Calls work in most homes and on most phones. From behind strict firewalls, as in "
            "companies and hospitals, they need a relay."
        ),
        advice=N_("Set turn_urls and turn_secret."),
        needed=True,
    ),
    "stun": _Known(
        N_("STUN"),
        N_("Callers in different networks find each other."),
        N_("Callers in different networks may not find each other."),
        without=N_("Calls work within one network, and everywhere where a relay is set up."),
        advice=N_("Set stun_urls."),
        needed=True,
    ),
}


async def health(request: Request) -> Response:
    """GET /settings/health."""
    await administrator(request)
    services = services_of(request)
    await services.health.look(within=_LOOKED_WITHIN)
    states, database = services.health.known, await services.health.database()
    parts = [
        _part(_DATABASE, database),
        _address(services.settings),
        *(_part(known, states[key]) for key, known in _PARTS.items() if key in states),
        *(
            _by_setting(key, value)
            for key, value in _settings(services.settings).items()
            if key not in states
        ),
        *(_unknown(key, state) for key, state in states.items() if key not in _PARTS),
    ]
    return render(request, "settings/health.html", parts=parts, tab="health")


def _part(known: _Known, state: str) -> Part:
    if state in (OK, BUSY):
        return Part(_(known.name), _("Works"), "good", _(known.works))
    if state == _SET_UP:
        return Part(_(known.name), _("Set up"), "good", _(known.works))
    if state == _NOT_SET_UP:
        tone = "attention" if known.needed else "neutral"
        meaning, advice = _(known.without), _(known.advice)
        return Part(_(known.name), _("Not set up"), tone, meaning, advice)
    if state == _INCOMPLETE:
        return Part(_(known.name), _("Incomplete"), "attention", _(known.down), _(known.advice))
    return Part(_(known.name), _("Down"), "bad", _(known.down), _(known.advice))


def _settings(settings: Settings) -> dict[str, str]:
    """Return the setting that says whether a part is there, for parts that are not probed."""
    return {
        "email": settings.smtp_url,
        "sms": settings.twilio_url,
        "push": settings.base_url if settings.base_url.startswith("https://") else "",
        "media server": settings.janus_url,
        "relay": settings.turn_urls,
        "stun": settings.stun_urls,
    }


def _by_setting(key: str, value: str) -> Part:
    return _part(_PARTS[key], _SET_UP if value else _NOT_SET_UP)


def _address(settings: Settings) -> Part:
    """Check the address: browsers give camera and microphone to pages over HTTPS, and to those of
    this machine."""
    name = _("Public address")
    if settings.base_url.startswith("https://"):
        return Part(name, _("Works"), "good", _("Patients reach this clinic over HTTPS."))
    return Part(
        name,
        _("Not set up"),
        "attention",
        _("Without HTTPS, phones and computers do not give their camera and microphone to a page."),
        _("Put Bedside behind HTTPS and set public_url."),
    )


def _unknown(key: str, state: str) -> Part:
    """Describe a part that was registered and is unknown here, in its own words."""
    works = state in (OK, BUSY, _SET_UP)
    return Part(key, _("Works") if works else _("Down"), "good" if works else "bad", state)


routes = [staff_route("/settings/health", health)]
