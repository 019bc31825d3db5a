"""Who may use the pages of weights, for the matrix of routes."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

ROWS = {
    # The people of the matrix hold links to photo requests, which have no such page.
    ("POST", "/my/{request_id}/weight"): Row(Access.DEVICE, 404, form(weight="70")),
}
