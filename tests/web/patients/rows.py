"""Rows of the list of patients, a new patient, and the cards of a patient and of a visit."""

from tests.matrix.people import ELSEWHERE, Access
from tests.matrix.row import Row, form

_PERSON = {
    "name": "Nora Newcome",
    "birth_day": "27",
    "birth_month": "3",
    "birth_year": "1985",
    "language": "en",
}
_DETAILS = {**_PERSON, "name": "Maya Lindqvist"}
_NOT_OWN_TEAM = dict.fromkeys(ELSEWHERE, 422)

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/patients"): Row(Access.STAFF, shows=("lindqvist",)),
    ("POST", "/patients/search"): Row(
        Access.STAFF,
        call=form(words="174 06 05"),
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
    ("GET", "/patients/{patient_id}/card"): Row(Access.CHART, shows=("lindqvist", "174 06 05")),
    ("GET", "/patients/{patient_id}/card/now"): Row(Access.CHART, shows=("card-req_",)),
    ("GET", "/patients/{patient_id}/details"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", "/patients/{patient_id}/details"): Row(
        Access.CHART, 303, lambda facts: {"data": {**_DETAILS, "teams": facts["room"]}}
    ),
    ("POST", "/patients/{patient_id}/addresses"): Row(Access.CHART, 303, form(which="phone")),
    ("GET", "/visits/{visit_id}/chart"): Row(Access.ROOM, 303),
    ("GET", "/visits/{visit_id}/card"): Row(Access.ROOM, shows=("lindqvist", "philtrum")),
    ("GET", "/visits/{visit_id}/card/now"): Row(Access.ROOM, shows=("philtrum",)),
}
