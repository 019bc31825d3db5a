"""The declaration: what each route needs, and a call of it that works for the right person.

A route without a row here fails the test, and so does a row without a route. `also` holds the
exceptions of a row: the status for kinds of people whom `people.outcome` does not describe.
"""

import base64
import time
from collections.abc import Callable
from dataclasses import replace

from pyotp.totp import TOTP

from tests.house import PASSWORD
from tests.matrix.people import ELSEWHERE, OUTSIDE, Access, Kind
from tests.matrix.row import JSON, TUS, Call, Row
from tests.matrix.row import form as _form
from tests.matrix.row import with_headers as _with
from tests.matrix.rows_of_account import ACCOUNT, CREDENTIAL
from tests.matrix.rows_of_apps import APPS
from tests.matrix.rows_of_calls import CALLS
from tests.matrix.rows_of_rooms import ROOMS
from tests.matrix.world import BORN, Facts

_PIECE = {**TUS, "upload-offset": "0", "content-type": "application/offset+octet-stream"}


def _tus(length: int = 1_000, **metadata: str) -> Call:
    said = ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items()
    )
    return {"headers": {**TUS, "upload-length": str(length), "upload-metadata": said}}


def _next_code(facts: Facts) -> str:
    return TOTP(facts.totp_secret).at(int(time.time()) + 30)


_PERSON = {
    "name": "Nora Newcome",
    "birth_day": "27",
    "birth_month": "3",
    "birth_year": "1985",
    "language": "en",
}
_BORN = {f"birth_{part}": str(getattr(BORN, part)) for part in ("day", "month", "year")}
_CLINIC = {
    "name": "Riverside Clinic",
    "language": "en",
    "time_zone": "Europe/Stockholm",
    "phone": "",
    "emergency_text": "",
    "photo_limit": "10",
    "photo_bytes_limit": "15",
    "upload_bytes_limit": "100",
    "link_days": "7",
    "link_wrong_answers": "5",
}
_VISITS = {
    "transfer_allowed": "yes",
    "shared_rooms_allowed": "yes",
    "visit_grace_minutes": "3",
    "unanswered_minutes": "5",
    "unattended_seconds": "30",
    "transfer_bytes_limit": "100",
    "transfers_at_once": "5",
    "visitor_files_limit": "20",
    "visitor_bytes_limit": "200",
}
_OPEN = Row(Access.OPEN)
_NOT_OWN_TEAM = dict.fromkeys(ELSEWHERE, 422)


def _missing_for(kinds: frozenset[Kind]) -> dict[Kind, int]:
    return dict.fromkeys(kinds, 404)


_SIGN_IN = {
    ("GET", "/sign-in"): Row(Access.OPEN, 303, also=dict.fromkeys({*OUTSIDE, Kind.PENDING}, 200)),
    ("POST", "/sign-in"): Row(
        Access.OPEN,
        303,
        lambda facts: {"data": {"email": facts.emails["administrator"], "password": PASSWORD}},
    ),
    ("POST", "/sign-in/passkey/options"): _OPEN,
    ("POST", "/sign-in/passkey"): Row(
        Access.OPEN, 422, lambda _facts: {"json": CREDENTIAL, "headers": JSON}
    ),
    ("GET", "/sign-in/continue"): Row(Access.OPEN, 303),
    ("GET", "/sign-in/second-factor"): Row(Access.STEP),
    ("POST", "/sign-in/second-factor"): Row(
        Access.STEP,
        303,
        # the current code was used to take the app into use
        lambda facts: {"data": {"code": _next_code(facts)}},
    ),
    ("POST", "/sign-in/second-factor/options"): Row(Access.STEP),
    ("POST", "/sign-in/second-factor/passkey"): Row(
        Access.STEP, 422, lambda _facts: {"json": CREDENTIAL}
    ),
    ("GET", "/sign-in/new-password"): Row(Access.STEP),
    ("POST", "/sign-in/new-password"): Row(
        Access.STEP, 303, _form(new_password="nine patient otters")
    ),
    ("POST", "/sign-out"): Row(Access.OPEN, 303),
    ("GET", "/set-up"): Row(Access.OPEN, 303),
    ("POST", "/set-up"): Row(Access.OPEN, 303, _form(clinic="Another clinic")),
}

_CONSOLE = {
    ("GET", "/"): Row(Access.STAFF, 303),
    ("GET", "/badges"): Row(Access.STAFF),
    ("GET", "/inbox"): Row(Access.STAFF, shows=("lindqvist", "quetzal")),
    ("GET", "/inbox/waiting"): Row(Access.STAFF, shows=("lindqvist", "quetzal")),
    ("POST", "/inbox/{patient_id}/{entry_id}"): Row(Access.CHART, 303, _form(reviewed="yes")),
    ("GET", "/inbox/{patient_id}/{entry_id}/alarm"): Row(
        Access.CHART, path={"entry_id": "infected_entry"}, shows=("lindqvist",)
    ),
    ("POST", "/find"): Row(
        Access.STAFF,
        call=_form(words="lindqvist"),
        shows=("maya",),
        asks_for=("lindqvist",),
    ),
    ("GET", "/patients"): Row(Access.STAFF, shows=("lindqvist",)),
    ("POST", "/patients/search"): Row(
        Access.STAFF,
        call=_form(words="174 06 05"),
        shows=("lindqvist",),
        asks_for=("174 06 05",),
    ),
    ("GET", "/patients/new"): Row(Access.STAFF),
    ("POST", "/patients/new"): Row(
        Access.STAFF,
        303,
        lambda facts: {"data": {**_PERSON, "teams": facts["team_id"]}},
        also=_NOT_OWN_TEAM,
    ),
    ("GET", "/audit"): Row(Access.ADMINISTRATOR, names_patients=True, shows=("lindqvist",)),
    ("POST", "/audit/patient"): Row(
        Access.ADMINISTRATOR,
        call=_form(words="174 06 05"),
        names_patients=True,
        shows=("lindqvist",),
        asks_for=("174 06 05",),
    ),
    ("POST", "/audit/verify"): Row(Access.ADMINISTRATOR, names_patients=True),
    ("GET", "/audit/export"): Row(Access.ADMINISTRATOR, names_patients=True, shows=("lindqvist",)),
    ("GET", "/metrics"): _OPEN,
    ("GET", "/health"): _OPEN,
    ("GET", "/styleguide"): Row(Access.OPEN, 404),
    # for the SMS gateway, by its signature; tests/notifications covers valid ones
    ("POST", "/hooks/sms"): Row(Access.OPEN, 403, _form(MessageSid="SM1", MessageStatus="sent")),
}

_DETAILS = {**_PERSON, "name": "Maya Lindqvist"}
_CHARTS = {
    ("GET", "/patients/{patient_id}"): Row(Access.CHART, shows=("lindqvist", "keratosis")),
    ("GET", "/patients/{patient_id}/list"): Row(Access.CHART, shows=("keratosis",)),
    ("GET", "/patients/{patient_id}/counts"): Row(Access.CHART),
    ("GET", "/patients/{patient_id}/upload"): Row(Access.CHART, shows=("lindqvist",)),
    ("GET", "/patients/{patient_id}/card"): Row(Access.CHART, shows=("lindqvist", "174 06 05")),
    ("GET", "/patients/{patient_id}/card/now"): Row(Access.CHART, shows=("card-req_",)),
    ("GET", "/patients/{patient_id}/details"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", "/patients/{patient_id}/details"): Row(
        Access.CHART, 303, lambda facts: {"data": {**_DETAILS, "teams": facts["room"]}}
    ),
    ("POST", "/patients/{patient_id}/search"): Row(
        Access.CHART, call=_form(words="hemangioma"), shows=("keratosis",)
    ),
    ("POST", "/patients/{patient_id}/several"): Row(
        Access.CHART,
        call=lambda facts: {"data": {"do": "download", "chosen": facts["entry_id"]}},
        shows=("quetzal",),
    ),
    ("GET", "/patients/{patient_id}/entries/{entry_id}"): Row(
        Access.CHART, shows=("keratosis", "xanthoma")
    ),
    ("POST", "/patients/{patient_id}/entries/{entry_id}/change"): Row(
        Access.CHART,
        303,
        _form(label="changed", note="changed", category="other", version="2"),
    ),
    ("POST", "/patients/{patient_id}/entries/{entry_id}/review"): Row(
        Access.CHART, 303, _form(reviewed="yes")
    ),
    ("GET", "/patients/{patient_id}/entries/{entry_id}/move"): Row(Access.CHART),
    ("POST", "/patients/{patient_id}/entries/{entry_id}/move"): Row(
        Access.CHART,
        303,
        lambda facts: {
            "data": {"do": "move", "patient": facts["other_patient"], "reason": "Wrong chart"}
        },
    ),
    ("GET", "/patients/{patient_id}/entries/{entry_id}/content"): Row(
        Access.CHART, path={"entry_id": "text_entry"}, shows=("hemangioma",)
    ),
    ("POST", "/patients/{patient_id}/uploads"): Row(
        Access.API_CHART, 201, lambda _facts: _tus(filename="new.txt")
    ),
    ("OPTIONS", "/patients/{patient_id}/uploads"): Row(Access.CHART, 204),
    # an upload belongs to its sender: somebody in the right role who is not the sender finds
    # nothing
    ("HEAD", "/patients/{patient_id}/uploads/{upload_id}"): Row(
        Access.API_CHART, call=_with(TUS), also=_missing_for(frozenset({Kind.WRONG_ROLE}))
    ),
    ("PATCH", "/patients/{patient_id}/uploads/{upload_id}"): Row(
        Access.API_CHART,
        204,
        lambda _facts: {"headers": _PIECE, "content": b"plain text " * 10},
        also=_missing_for(frozenset({Kind.WRONG_ROLE})),
    ),
    ("POST", "/patients/{patient_id}/uploads/{upload_id}"): Row(
        Access.API_CHART,
        204,
        _with({**TUS, "x-http-method-override": "DELETE"}),
        also=_missing_for(frozenset({Kind.WRONG_ROLE})),
    ),
    ("DELETE", "/patients/{patient_id}/uploads/{upload_id}"): Row(
        Access.API_CHART, 204, _with(TUS), also=_missing_for(frozenset({Kind.WRONG_ROLE}))
    ),
    ("POST", "/patients/{patient_id}/files"): Row(
        Access.CHART,
        303,
        lambda _facts: {"files": {"file": ("new.txt", b"A new file.\n", "text/plain")}},
    ),
}

_PEOPLE = "/settings/people"
_SETTINGS = {
    ("GET", "/settings"): Row(Access.STAFF, 303),
    ("GET", _PEOPLE): Row(Access.ADMINISTRATOR, shows=("quartermain",)),
    ("POST", _PEOPLE): Row(
        Access.ADMINISTRATOR,
        call=lambda facts: {
            "data": {
                "name": "Nora Newcome",
                "email": "nora@riverside.example",
                "role": "staff",
                "teams": facts["team_id"],
            }
        },
        also={Kind.NEXT_DOOR_ADMINISTRATOR: 404},
    ),
    ("GET", f"{_PEOPLE}/new"): Row(Access.ADMINISTRATOR, shows=("dermatoscopy",)),
    ("GET", f"{_PEOPLE}/{{staff_id}}"): Row(
        Access.ADMINISTRATOR_OF, names_patients=True, shows=("quartermain",)
    ),
    ("POST", f"{_PEOPLE}/{{staff_id}}/role"): Row(
        Access.ADMINISTRATOR_OF, 303, _form(role="administrator")
    ),
    ("POST", f"{_PEOPLE}/{{staff_id}}/teams"): Row(
        Access.ADMINISTRATOR_OF, 303, lambda facts: {"data": {"teams": facts["team_id"]}}
    ),
    ("POST", f"{_PEOPLE}/{{staff_id}}/unassign"): Row(
        Access.ADMINISTRATOR_OF,
        303,
        lambda facts: {"data": {"target": facts["assigned_patient"]}},
    ),
    ("POST", f"{_PEOPLE}/{{staff_id}}/password"): Row(Access.ADMINISTRATOR_OF),
    ("POST", f"{_PEOPLE}/{{staff_id}}/second-factor"): Row(Access.ADMINISTRATOR_OF, 303),
    ("POST", f"{_PEOPLE}/{{staff_id}}/disable"): Row(Access.ADMINISTRATOR_OF, 303),
    ("POST", f"{_PEOPLE}/{{staff_id}}/enable"): Row(Access.ADMINISTRATOR_OF, 303),
    ("GET", "/settings/teams"): Row(Access.ADMINISTRATOR, shows=("dermatoscopy",)),
    ("POST", "/settings/teams"): Row(Access.ADMINISTRATOR, 303, _form(name="New team")),
    ("POST", "/settings/teams/{team_id}"): Row(Access.ADMINISTRATOR_OF, 303, _form(name="Renamed")),
    ("GET", "/settings/clinic"): Row(Access.ADMINISTRATOR, shows=("riverside",)),
    ("POST", "/settings/clinic"): Row(Access.ADMINISTRATOR, 303, lambda _facts: {"data": _CLINIC}),
    ("GET", "/settings/health"): Row(Access.ADMINISTRATOR),
    ("GET", "/settings/visits"): Row(Access.ADMINISTRATOR),
    ("POST", "/settings/visits"): Row(Access.ADMINISTRATOR, 303, _form(**_VISITS)),
}

_CLOSED = frozenset({Kind.EXPIRED, Kind.REVOKED, Kind.LOCKED})
_ALL_LINKS = {*_CLOSED, Kind.PATIENT_B}
_LINK = "/link/{link_id}"
_LINKS = {
    **{
        (method, path): Row(Access.LINK, status, also=dict.fromkeys(_ALL_LINKS, status))
        for path in ("/l/{secret}", "/l/{secret}/{rest}")
        for method, status in (("GET", 303), ("POST", 307))
    },
    ("GET", _LINK): Row(Access.LINK_PAGE, 303, also={Kind.PATIENT_B: 303}),
    ("POST", _LINK): Row(
        Access.LINK_PAGE,
        303,
        lambda _facts: {"data": _BORN},
        also={Kind.PATIENT_B: 422},
        counted=frozenset({Kind.PATIENT_B}),
    ),
    ("GET", f"{_LINK}/not-me"): Row(Access.LINK_PAGE, also=dict.fromkeys(_ALL_LINKS, 200)),
    ("POST", f"{_LINK}/not-me"): Row(Access.LINK_PAGE, 303, also=dict.fromkeys(_ALL_LINKS, 303)),
    ("POST", f"{_LINK}/new-link"): Row(Access.LINK_PAGE, 303, also=dict.fromkeys(_ALL_LINKS, 303)),
    ("GET", f"{_LINK}/told"): Row(Access.LINK_PAGE, also=dict.fromkeys(_ALL_LINKS, 200)),
}

_MY = "/my/{request_id}"
_DEVICES = {
    ("GET", _MY): Row(Access.DEVICE, 303),
    ("GET", f"{_MY}/photos"): Row(Access.DEVICE, shows=("borborygmus",)),
    ("POST", f"{_MY}/photos"): Row(
        Access.DEVICE,
        303,
        lambda _facts: {"files": {"photo": ("new.txt", b"Not a photo.\n", "text/plain")}},
    ),
    ("POST", f"{_MY}/photos/{{file_id}}/comment"): Row(
        Access.DEVICE, 303, _form(comment="It itches.")
    ),
    ("POST", f"{_MY}/photos/{{file_id}}/delete"): Row(Access.DEVICE, 303),
    ("GET", f"{_MY}/photos/{{file_id}}/{{form}}"): Row(Access.DEVICE),
    ("POST", f"{_MY}/agree"): Row(Access.DEVICE, 303, _form(total="1")),
    ("POST", f"{_MY}/finish"): Row(Access.DEVICE, 303, _form(photo="one")),
    ("GET", f"{_MY}/sent"): Row(Access.DEVICE, 303),
    ("GET", f"{_MY}/state"): Row(Access.DEVICE, shows=("borborygmus",)),
    ("POST", f"{_MY}/new-link"): Row(Access.DEVICE, also={Kind.EXPIRED: 200, Kind.REVOKED: 200}),
    ("POST", f"{_MY}/uploads"): Row(Access.DEVICE, 201, lambda _facts: _tus(filename="new.jpg")),
    ("OPTIONS", f"{_MY}/uploads"): Row(Access.DEVICE, 204),
    ("HEAD", f"{_MY}/uploads/{{upload_id}}"): Row(
        Access.DEVICE, call=_with(TUS), path={"upload_id": "held_upload"}
    ),
    ("PATCH", f"{_MY}/uploads/{{upload_id}}"): Row(
        Access.DEVICE,
        204,
        lambda _facts: {"headers": _PIECE, "content": b"\xff\xd8\xff\xe0" + bytes(96)},
        path={"upload_id": "held_upload"},
    ),
    ("POST", f"{_MY}/uploads/{{upload_id}}"): Row(
        Access.DEVICE,
        204,
        _with({**TUS, "x-http-method-override": "DELETE"}),
        path={"upload_id": "held_upload"},
    ),
    ("DELETE", f"{_MY}/uploads/{{upload_id}}"): Row(
        Access.DEVICE, 204, _with(TUS), path={"upload_id": "held_upload"}
    ),
}

_ASKING = "/patients/{patient_id}/requests"
_ASKED = f"{_ASKING}/{{request_id}}"


def _draft(facts: Facts) -> Call:
    return {
        "data": {
            "id": facts["request_id"].translate(str.maketrans("0123456789", "1234567890")),
            "channels": "sms",
            "template": "general",
            "body_part": "philtrum",
            "instructions": "",
        }
    }


_REQUESTS = {
    ("GET", "/requests"): Row(Access.STAFF, shows=("lindqvist",)),
    ("GET", "/requests/list"): Row(Access.STAFF, shows=("lindqvist",)),
    ("GET", _ASKING): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _ASKING): Row(Access.CHART, 303, _draft),
    ("GET", f"{_ASKING}/list"): Row(Access.CHART),
    ("GET", f"{_ASKING}/new"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", f"{_ASKING}/new"): Row(Access.CHART, call=_draft, shows=("philtrum",)),
    ("GET", _ASKED): Row(Access.CHART, shows=("glabella",)),
    ("GET", f"{_ASKED}/now"): Row(Access.CHART),
    ("POST", f"{_ASKED}/revoke"): Row(Access.CHART, 303),
    ("POST", f"{_ASKED}/reissue"): Row(Access.CHART, 303),
    ("POST", f"{_ASKED}/messages/{{notification_id}}/resend"): Row(Access.CHART, 303),
    ("GET", "/outbox"): Row(Access.STAFF, shows=("maya@patients",)),
    ("GET", "/outbox/list"): Row(Access.STAFF, shows=("maya@patients",)),
}

_VISITS = "/visits/{visit_id}"
_CALL = "/calls/{call_id}"
_VISIT = "/visit/{visit}"
_GUEST = "/guest/{guest_id}"
_TO_WAITING = {"visit_id": "waiting_visit"}
_TO_KNOCKING = {"guest_id": "knocking_guest"}
# whoever is in a call is asked to end it first, or to take the patient into it
_STARTS = Row(Access.ROOM, 409, _form(mode="video"), also={Kind.WRONG_ROLE: 303})


def _json(**fields: str) -> Callable[[Facts], Call]:
    return lambda _facts: {"data": fields, "headers": JSON}


_CALLS = {
    ("POST", f"{_VISITS}/call"): replace(_STARTS, path=_TO_WAITING),
    ("POST", "/rooms/{room_id}/next"): _STARTS,
    ("POST", f"{_VISITS}/return"): Row(Access.ROOM, 303, _form(leg="1")),
    ("POST", f"{_VISITS}/end"): Row(Access.ROOM, 303, _form(leg="1")),
    ("POST", f"{_CALL}/add"): Row(
        Access.CALL, 303, lambda facts: {"data": {"visit": facts["waiting_visit"]}}
    ),
    ("POST", f"{_CALL}/join"): Row(Access.CALL, call=_form(muted="true")),
    ("GET", f"{_CALL}/people"): Row(Access.CALL, shows=("lindqvist", "gustav")),
    ("GET", f"{_CALL}/ice"): Row(Access.CALL),
    ("POST", f"{_CALL}/leave"): Row(Access.CALL, 303),
    ("POST", f"{_CALL}/end"): Row(Access.CALL, 303, _form(then="return")),
    ("POST", f"{_CALL}/video"): Row(Access.CALL, 303),
    ("POST", f"{_CALL}/guests"): Row(Access.CALL, call=_form(email=""), shows=("/g/",)),
    ("POST", f"{_CALL}/guests/{{guest_id}}/admit"): Row(Access.CALL, 303, path=_TO_KNOCKING),
    ("POST", f"{_CALL}/guests/{{guest_id}}/refuse"): Row(Access.CALL, 303, path=_TO_KNOCKING),
    ("POST", f"{_CALL}/guests/{{guest_id}}/revoke"): Row(Access.CALL, 303),
    ("POST", f"{_VISIT}/call/join"): Row(Access.VISITOR, call=_json(camera="true")),
    ("POST", f"{_VISIT}/call/leave"): Row(Access.VISITOR, call=_json()),
    ("POST", f"{_VISIT}/call/video"): Row(Access.VISITOR, call=_json()),
    ("GET", f"{_VISIT}/call/people"): Row(Access.VISITOR, call=_with(JSON), shows=("ada norberg",)),
    ("GET", f"{_VISIT}/ice"): Row(Access.VISITOR, call=_with(JSON)),
    ("POST", f"{_GUEST}/call/join"): Row(Access.GUEST, call=_json(camera="true")),
    ("POST", f"{_GUEST}/call/leave"): Row(Access.GUEST, call=_json()),
    ("GET", f"{_GUEST}/call/people"): Row(Access.GUEST, call=_with(JSON), shows=("ada norberg",)),
    ("GET", f"{_GUEST}/ice"): Row(Access.GUEST, call=_with(JSON)),
}

_TESTED = _form(camera="ok", microphone="ok", speaker="ok", connection="ok", relay="not_set_up")
_INVITE = "/patients/{patient_id}/invite"


def _invitation(facts: Facts) -> Call:
    return {"data": {"room": facts["room"], "channels": "sms"}}


_WAITING = {
    ("GET", "/r/{slug}"): _OPEN,
    ("POST", "/r/{slug}"): Row(Access.OPEN, 303, _form(name="Nora Newcome")),
    ("GET", _VISIT): Row(Access.VISITOR),
    ("GET", f"{_VISIT}/now"): Row(Access.VISITOR),
    ("POST", f"{_VISIT}/device-test"): Row(Access.VISITOR, 303, _TESTED),
    ("POST", f"{_VISIT}/leave"): Row(Access.VISITOR, 303),
    ("POST", f"{_VISIT}/again"): Row(Access.VISITOR, 303),
    ("GET", _INVITE): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _INVITE): Row(Access.CHART, call=_invitation, shows=("lindqvist",)),
    ("POST", f"{_INVITE}/send"): Row(Access.CHART, 303, _invitation),
}

_API = {
    ("GET", "/api/v1/inbox"): Row(Access.API, shows=("lindqvist", "quetzal")),
    ("GET", "/api/v1/openapi.json"): _OPEN,
    ("GET", "/api/v1/patients"): Row(Access.API, shows=("lindqvist",)),
    ("POST", "/api/v1/patients/search"): Row(
        Access.API, call=lambda _facts: {"json": {"words": "174 06 05"}}, shows=("lindqvist",)
    ),
    ("GET", "/api/v1/patients/{patient_id}/entries"): Row(
        Access.API_CHART, shows=("keratosis", "xanthoma")
    ),
    ("GET", "/api/v1/audit"): Row(Access.API_ADMINISTRATOR),
}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/static/{path}"): Row(Access.OPEN, 404),
    **_SIGN_IN,
    **ACCOUNT,
    **_CONSOLE,
    **_CHARTS,
    **_SETTINGS,
    **_LINKS,
    **_DEVICES,
    **_REQUESTS,
    **_CALLS,
    **_WAITING,
    **ROOMS,
    **APPS,
    **CALLS,
    **_API,
}
