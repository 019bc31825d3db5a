"""Rows of choosing from the patient's files."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

_STAFF, _APP = "/patients/{patient_id}/picker", "/app/{patient_id}/picker"

ROWS: dict[tuple[str, str], Row] = {
    ("GET", _STAFF): Row(Access.CHART, shows=("keratosis",)),
    ("POST", _STAFF): Row(Access.CHART, 200, form(words="hemangioma"), shows=("keratosis",)),
    ("GET", _APP): Row(Access.APP),
    ("POST", _APP): Row(Access.APP, 200, form(words="hemangioma")),
}
