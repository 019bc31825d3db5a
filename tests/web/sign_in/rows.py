"""Rows of signing in, of second factors, and of setting up."""

import time

from pyotp.totp import TOTP

from tests.house import PASSWORD
from tests.matrix.people import OUTSIDE, Access, Kind
from tests.matrix.row import JSON, Row, form
from tests.matrix.world import Facts

_CREDENTIAL = {"credential": {"id": "cGFzc2tleQ", "response": {"clientDataJSON": "e30"}}}
"""A passkey's answer made by nobody's key."""
_HALF = {Kind.PENDING: 200}
_HALF_HAS_ONE = {Kind.PENDING: 404}
"""Somebody half signed in who has a second factor cannot set up another one."""


def _next_code(facts: Facts) -> str:
    return TOTP(facts.totp_secret).at(int(time.time()) + 30)


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/sign-in"): Row(Access.OPEN, 303, also=dict.fromkeys({*OUTSIDE, Kind.PENDING}, 200)),
    ("POST", "/sign-in"): Row(
        Access.OPEN,
        303,
        lambda facts: {"data": {"email": facts.emails["administrator"], "password": PASSWORD}},
    ),
    ("POST", "/sign-in/passkey/options"): Row(Access.OPEN),
    ("POST", "/sign-in/passkey"): Row(
        Access.OPEN, 422, lambda _facts: {"json": _CREDENTIAL, "headers": JSON}
    ),
    ("GET", "/sign-in/continue"): Row(Access.OPEN, 303),
    ("GET", "/sign-in/second-factor"): Row(Access.STEP),
    ("POST", "/sign-in/second-factor"): Row(
        Access.STEP,
        303,
        # the current code was used to set the app up
        lambda facts: {"data": {"code": _next_code(facts)}},
    ),
    ("POST", "/sign-in/second-factor/options"): Row(Access.STEP),
    ("POST", "/sign-in/second-factor/passkey"): Row(
        Access.STEP, 422, lambda _facts: {"json": _CREDENTIAL}
    ),
    ("GET", "/sign-in/new-password"): Row(Access.STEP),
    ("POST", "/sign-in/new-password"): Row(
        Access.STEP, 303, form(new_password="nine patient otters")
    ),
    ("POST", "/sign-out"): Row(Access.OPEN, 303),
    ("GET", "/set-up"): Row(Access.OPEN, 303),
    ("POST", "/set-up"): Row(Access.OPEN, 303, form(clinic="Another clinic")),
    ("GET", "/second-factor"): Row(Access.STAFF, also=_HALF),
    ("GET", "/second-factor/app"): Row(Access.STAFF, also=_HALF_HAS_ONE),
    ("POST", "/second-factor/app"): Row(Access.STAFF, 422, form(code="000000"), also=_HALF_HAS_ONE),
    ("GET", "/second-factor/app/code.svg"): Row(Access.STAFF, also=_HALF_HAS_ONE),
    ("POST", "/second-factor/codes"): Row(Access.STAFF),
    ("POST", "/second-factor/passkey/options"): Row(Access.STAFF, also=_HALF_HAS_ONE),
    ("POST", "/second-factor/passkey"): Row(
        Access.STAFF, 422, lambda _facts: {"json": _CREDENTIAL}, also=_HALF_HAS_ONE
    ),
}
