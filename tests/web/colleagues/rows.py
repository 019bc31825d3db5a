"""Rows of colleagues: who is where, and questions between them."""

from tests.matrix.people import Access, Kind
from tests.matrix.row import Call, Row, form
from tests.matrix.world import Facts

_QUESTION = "/colleagues/questions/{question_id}"
_ELSEWHERE: dict[Kind, int] = {Kind.NEXT_DOOR: 404, Kind.NEXT_DOOR_ADMINISTRATOR: 404}
"""Everybody in the clinic may know who is in its rooms, whether in charge of them or not."""


def _to_colleague(facts: Facts) -> Call:
    return {"data": {"to": facts["staff_id"], "text": "Have you a minute?"}}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/rooms/{room_id}/colleagues"): Row(Access.STAFF, also=_ELSEWHERE),
    ("POST", "/account/status"): Row(Access.STAFF, 303, form(status="away")),
    ("GET", "/colleagues/ask"): Row(Access.STAFF),
    # the colleague who is asked asks nobody
    ("POST", "/colleagues/ask"): Row(
        Access.STAFF, 303, _to_colleague, also={**_ELSEWHERE, Kind.UNASSIGNED: 404}
    ),
    ("GET", "/colleagues/ask/people"): Row(Access.STAFF),
    ("GET", "/colleagues/questions"): Row(Access.STAFF),
    ("POST", f"{_QUESTION}/answer"): Row(Access.OWN, 303, form(text="Yes.")),
    # it is a question to them, and not an answer; whoever asked puts it away
    ("POST", f"{_QUESTION}/close"): Row(Access.OWN, 404, form(), also={Kind.WRONG_ROLE: 303}),
}
