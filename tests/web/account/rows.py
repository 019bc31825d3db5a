"""Rows of the person's account: password, sessions, and alerts."""

from tests.house import PASSWORD
from tests.matrix.people import Access, Kind
from tests.matrix.row import Row, form
from tests.peers.push_service import Device

_BROWSER = Device("https://push.example/1").given

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/account"): Row(Access.STAFF),
    ("POST", "/account/password"): Row(
        Access.STAFF,
        303,
        form(current_password=PASSWORD, new_password="nine patient otters"),
    ),
    ("POST", "/account/language"): Row(Access.STAFF, 303, form(language="en")),
    ("GET", "/account/confirm"): Row(Access.STAFF),
    ("POST", "/account/confirm"): Row(Access.STAFF, 303, form(current_password=PASSWORD)),
    # of one's own session, even of one that is not signed in yet
    ("GET", "/account/time-left"): Row(Access.STAFF, also={Kind.PENDING: 200}),
    ("POST", "/account/stay"): Row(Access.STAFF),
    ("POST", "/account/app/remove"): Row(Access.STAFF, 303),
    ("POST", "/account/passkeys/remove"): Row(Access.OWN, 303, form(passkey="cGFzc2tleQ")),
    ("POST", "/account/sessions/end"): Row(
        Access.OWN, 303, lambda facts: {"data": {"session": facts["spare_session"]}}
    ),
    ("POST", "/account/sessions/end-others"): Row(Access.STAFF, 303),
    # alerts about waiting patients
    ("POST", "/account/alerts"): Row(Access.STAFF, 303, form(channels="email")),
    ("POST", "/account/phone"): Row(Access.STAFF, 303, form(phone="+46 70 555 01 23")),
    ("POST", "/account/phone/confirm"): Row(Access.STAFF, 422, form(code="000000")),
    ("POST", "/account/phone/cancel"): Row(Access.STAFF, 303, form()),
    ("POST", "/account/phone/remove"): Row(Access.STAFF, 303, form()),
    ("GET", "/account/push"): Row(Access.STAFF),
    ("POST", "/account/push"): Row(Access.STAFF, 201, lambda _facts: {"json": _BROWSER}),
    ("POST", "/account/push/renew"): Row(
        Access.OWN, 200, lambda facts: {"json": {**_BROWSER, "device": facts["push_device"]}}
    ),
    ("POST", "/account/push/remove"): Row(
        Access.OWN, 303, lambda facts: {"data": {"device": facts["push_device"]}}
    ),
    ("GET", "/push/worker.js"): Row(Access.OPEN),
}
