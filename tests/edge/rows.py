"""Rows outside every feature: static files, and the addresses for monitoring."""

from tests.matrix.people import Access
from tests.matrix.row import Row

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/static/{path}"): Row(Access.OPEN, 404),
    ("GET", "/metrics"): Row(Access.OPEN),
    ("GET", "/health"): Row(Access.OPEN),
}
