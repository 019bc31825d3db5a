"""Rows of the API."""

from tests.matrix.people import Access
from tests.matrix.row import Row

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/api/v1/rooms/{room_id}/queue"): Row(Access.API_ROOM, shows=("lindqvist", "philtrum")),
    ("GET", "/api/v1/inbox"): Row(Access.API, shows=("lindqvist", "quetzal")),
    ("GET", "/api/v1/openapi.json"): Row(Access.OPEN),
    ("GET", "/api/v1/patients"): Row(Access.API, shows=("lindqvist",)),
    ("POST", "/api/v1/patients/search"): Row(
        Access.API, call=lambda _facts: {"json": {"words": "174 06 05"}}, shows=("lindqvist",)
    ),
    ("GET", "/api/v1/patients/{patient_id}/entries"): Row(
        Access.API_CHART, shows=("keratosis", "xanthoma")
    ),
    ("GET", "/api/v1/audit"): Row(Access.API_ADMINISTRATOR),
}
