"""Rows of photo requests in the console: asking, following, taking back."""

from tests.matrix.people import Access
from tests.matrix.row import Call, Row, form
from tests.matrix.world import Facts

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


def _lost(facts: Facts) -> Call:
    return {"data": {"patient": facts["patient_id"], "request": facts["request_id"]}}


_ASKER = {"name": "Nora Newcome", "birth_day": "2", "birth_month": "11", "birth_year": "1958"}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/requests"): Row(Access.STAFF, shows=("lindqvist",)),
    ("GET", "/requests/list"): Row(Access.STAFF, shows=("lindqvist",)),
    ("GET", "/r/{slug}/lost-link"): Row(Access.OPEN),
    ("POST", "/r/{slug}/lost-link"): Row(Access.OPEN, 303, form(address="+46 70 174 06 99")),
    ("GET", "/r/{slug}/lost-link/asked"): Row(Access.OPEN),
    ("GET", "/r/{slug}/lost-link/staff"): Row(Access.OPEN),
    ("POST", "/r/{slug}/lost-link/staff"): Row(Access.OPEN, 303, form(**_ASKER)),
    ("GET", "/r/{slug}/lost-link/staff/asked"): Row(Access.OPEN),
    ("POST", "/lost-links/{lost_id}/send"): Row(Access.ROOM, 303, _lost),
    ("POST", "/lost-links/{lost_id}/dismiss"): Row(Access.ROOM, 303),
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
}
