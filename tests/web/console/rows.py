"""Rows of the console around the features: its start, its badges, and the search."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/"): Row(Access.STAFF, 303),
    ("GET", "/badges"): Row(Access.STAFF),
    ("POST", "/find/all"): Row(
        Access.STAFF,
        call=form(words="hemangioma"),
        shows=("lindqvist",),
        asks_for=("hemangioma",),
    ),
    ("POST", "/find"): Row(
        Access.STAFF,
        call=form(words="lindqvist"),
        shows=("maya",),
        asks_for=("lindqvist",),
    ),
    ("GET", "/styleguide"): Row(Access.OPEN, 404),
}
