"""Rows of the patient's app: its sign-in, its first pages, and inviting somebody to it."""

from tests.matrix.people import Access
from tests.matrix.row import JSON, Call, Row, form
from tests.matrix.world import Facts

_APP = "/patients/{patient_id}/app"


def _draft(facts: Facts) -> Call:
    changed = facts["request_id"].translate(str.maketrans("0123456789", "1234567890"))
    return {"data": {"id": changed.replace("req_", "apv_"), "channels": "sms"}}


def _json(**fields: object) -> Call:
    return {"json": fields, "headers": JSON}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/app/manifest.webmanifest"): Row(Access.OPEN),
    ("GET", "/app/worker.js"): Row(Access.OPEN),
    ("GET", "/app/offline"): Row(Access.OPEN),
    ("GET", "/app/sign-in"): Row(Access.OPEN),
    ("GET", "/our-app"): Row(Access.OPEN, 404),
    ("GET", "/our-app/{clinic_id}"): Row(Access.OPEN, shows=("riverside",)),
    ("GET", "/our-app/{clinic_id}/poster"): Row(Access.OPEN, shows=("riverside",)),
    ("POST", "/app/sign-in"): Row(Access.OPEN, 422, form(address="nobody")),
    ("GET", "/app/sign-in/code"): Row(Access.OPEN, 303),
    ("POST", "/app/sign-in/code"): Row(Access.OPEN, 303, form(code="123456")),
    ("POST", "/app/sign-in/passkey/options"): Row(Access.OPEN),
    ("POST", "/app/sign-in/passkey"): Row(Access.OPEN, 422, lambda _: _json(credential={})),
    ("POST", "/app/sign-out"): Row(Access.ACCOUNT, 303),
    ("GET", "/app"): Row(Access.ACCOUNT, 303),
    ("GET", "/app/welcome"): Row(Access.ACCOUNT),
    ("GET", "/app/account"): Row(Access.ACCOUNT, shows=("lindqvist",)),
    ("GET", "/app/account/there"): Row(Access.ACCOUNT, 204),
    ("POST", "/app/account/devices"): Row(Access.ACCOUNT, 303, form(device="")),
    ("POST", "/app/account/passkeys"): Row(Access.ACCOUNT, 404, form(passkey="none")),
    ("POST", "/app/passkey/options"): Row(Access.ACCOUNT),
    ("POST", "/app/passkey"): Row(Access.ACCOUNT, 422, lambda _: {"json": {"credential": {}}}),
    ("GET", "/app/{patient_id}"): Row(Access.APP, shows=("lindqvist",)),
    ("GET", _APP): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _APP): Row(Access.CHART, call=_draft, shows=("lindqvist",)),
    ("POST", f"{_APP}/send"): Row(Access.CHART, 303, _draft),
    ("POST", f"{_APP}/close"): Row(
        Access.CHART, 303, lambda facts: {"data": {"account": facts["account_id"]}}
    ),
}
