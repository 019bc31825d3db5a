"""Rows of the people with access to a patient's app."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

_OURS = "/app/{patient_id}/people"
_OF_PATIENT = "/patients/{patient_id}/people"
_HIDE = "/app/{patient_id}/hide/{item_id}"
_MARK = "/patients/{patient_id}/entries/{entry_id}/proxies"
_INVITED = {"relation": "carer", "level": "limited"}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", _OURS): Row(Access.APP),
    ("POST", _OURS): Row(Access.APP, call=form(**_INVITED)),
    ("POST", f"{_OURS}/{{grant_id}}"): Row(Access.APP, 303, form(do="renew")),
    ("GET", f"{_OURS}/{{grant_id}}/preview"): Row(Access.APP),
    ("POST", "/app/{patient_id}/give-up"): Row(Access.ACCOUNT, 404),
    ("GET", _HIDE): Row(Access.APP),
    ("POST", _HIDE): Row(Access.APP, 303, form(**{"from": "all"})),
    ("GET", _MARK): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _MARK): Row(Access.CHART, 303, form(do="withhold", reason="Asked for by phone")),
    ("GET", _OF_PATIENT): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _OF_PATIENT): Row(Access.CHART, call=form(**_INVITED), shows=("lindqvist",)),
    ("POST", f"{_OF_PATIENT}/{{grant_id}}/end"): Row(Access.CHART, 303),
}
