"""Rows of appointments: the calendar, booking and what follows, and what patients answer."""

from tests.matrix.people import Access
from tests.matrix.row import Call, Row, form
from tests.matrix.world import Facts

_OF_PATIENT = "/patients/{patient_id}/appointments"
_ONE = f"{_OF_PATIENT}/{{appointment_id}}"
_APP = "/app/{patient_id}/appointments"
_APP_ONE = f"{_APP}/{{appointment_id}}"
_TIME = {"day": "2100-01-04", "time": "09:30"}


def _booking(facts: Facts) -> Call:
    changed = facts["request_id"].translate(str.maketrans("0123456789", "1234567890"))
    fields = {"id": changed.replace("req_", "apt_"), "type": facts["appointment_type"]}
    return {"data": {**fields, **_TIME, "reason": "Quinsy."}}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/calendar"): Row(
        Access.STAFF,
        call=lambda facts: {"params": {"day": facts["appointment_day"]}},
        shows=("lindqvist",),
    ),
    ("GET", "/calendar/list"): Row(
        Access.STAFF,
        call=lambda facts: {"params": {"day": facts["appointment_day"]}},
        shows=("lindqvist",),
    ),
    ("GET", _OF_PATIENT): Row(Access.CHART, shows=("lindqvist",)),
    ("GET", f"{_OF_PATIENT}/new"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", f"{_OF_PATIENT}/new"): Row(Access.CHART, 303, _booking),
    ("GET", _ONE): Row(Access.CHART, shows=("lindqvist", "quetzal")),
    ("GET", f"{_ONE}/move"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", f"{_ONE}/move"): Row(Access.CHART, 303, form(**_TIME, words="Quinsy.")),
    ("POST", f"{_ONE}/cancel"): Row(Access.CHART, 303, form(words="Quinsy.")),
    ("POST", f"{_ONE}/mark"): Row(Access.CHART, 303, form(**{"as": "done"})),
    # The people of the matrix hold links to photo requests, which have no such pages.
    ("POST", "/my/{request_id}/answer"): Row(Access.DEVICE, 404, form(answer="confirm")),
    ("GET", "/my/{request_id}/appointment.ics"): Row(Access.DEVICE, 404),
    ("GET", _APP): Row(Access.APP, shows=("rhinoscopy",)),
    ("GET", _APP_ONE): Row(Access.APP, shows=("rhinoscopy",)),
    ("POST", f"{_APP_ONE}/answer"): Row(Access.APP, 303, form(answer="confirm")),
    ("GET", f"{_APP_ONE}/appointment.ics"): Row(Access.APP, shows=("begin:vcalendar",)),
}
