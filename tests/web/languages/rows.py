"""Rows of the choice of a language, which anybody may make."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

ROWS: dict[tuple[str, str], Row] = {
    ("POST", "/language"): Row(Access.OPEN, 303, form(language="en", back="/sign-in")),
}
