"""The rows of weights in the matrix of routes: who may use their pages."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

ROWS = {
    # The people of the matrix hold links to photo requests, which have no such page.
    ("POST", "/my/{request_id}/weight"): Row(Access.DEVICE, 404, form(weight="70")),
}
