"""Rows of a visit: the door of a room, the patient's waiting, who they are, and past visits."""

from tests.matrix.people import Access, Kind
from tests.matrix.row import Call, Row, form
from tests.matrix.world import Facts

_VISIT = "/visit/{visit}"
_RECORDS = "/patients/{patient_id}/visits"
_SHOWN = ("lindqvist", "philtrum")
_TESTED = form(camera="ok", microphone="ok", speaker="ok", connection="ok", relay="not_set_up")
_IDENTIFY = "/visits/{visit_id}/identify"
_UNKNOWN = {"visit_id": "waiting_visit"}
_TOMAS = {"name": "Tomás Ramírez", "birth_day": "2", "birth_month": "11", "birth_year": "1958"}
"""The second patient of the house."""


def _is_the_other(facts: Facts) -> Call:
    return {"data": {"patient": facts["other_patient"]}}


ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/r/{slug}"): Row(Access.OPEN),
    ("POST", "/app/check-in/{slug}"): Row(
        Access.ACCOUNT,
        303,
        lambda facts: {"data": {"patient": facts["patient_id"]}},
        also={Kind.ACCOUNT_B: 404},
    ),
    ("POST", "/r/{slug}"): Row(Access.OPEN, 303, form(**{**_TOMAS, "name": "Nora Newcome"})),
    ("GET", _VISIT): Row(Access.VISITOR),
    ("GET", f"{_VISIT}/now"): Row(Access.VISITOR),
    ("POST", f"{_VISIT}/device-test"): Row(Access.VISITOR, 303, _TESTED),
    ("POST", f"{_VISIT}/place-link"): Row(Access.VISITOR, shows=("/l/my/vis_",)),
    ("GET", "/l/my/{visit}/{secret}"): Row(Access.OPEN, 303),
    ("GET", f"{_VISIT}/elsewhere"): Row(Access.OPEN),
    ("POST", f"{_VISIT}/elsewhere"): Row(Access.OPEN, 401),  # without the cookie of the link
    ("POST", f"{_VISIT}/leave"): Row(Access.VISITOR, 303),
    ("POST", f"{_VISIT}/again"): Row(Access.VISITOR, 303),
    ("GET", _IDENTIFY): Row(Access.ROOM, path=_UNKNOWN, shows=("ramírez",)),
    ("POST", _IDENTIFY): Row(Access.ROOM, 303, _is_the_other, path=_UNKNOWN),
    ("POST", f"{_IDENTIFY}/find"): Row(
        Access.ROOM, call=form(words="1958-11-02"), path=_UNKNOWN, shows=("ramírez",)
    ),
    ("POST", f"{_IDENTIFY}/new"): Row(Access.ROOM, 303, form(another="yes"), path=_UNKNOWN),
    ("POST", f"{_IDENTIFY}/clinic"): Row(
        Access.ROOM, 303, form(**_TOMAS, reason="Chest pain"), path=_UNKNOWN
    ),
    # the patient is waiting and would have to be removed first
    ("POST", f"{_IDENTIFY}/nobody"): Row(Access.ROOM, 409, form(), path=_UNKNOWN),
    ("GET", _RECORDS): Row(Access.CHART, shows=_SHOWN),
    ("GET", _RECORDS + "/{visit_id}"): Row(Access.CHART, shows=_SHOWN),
    ("POST", _RECORDS + "/{visit_id}/notes"): Row(
        Access.CHART, 303, form(text="The culture is negative.", draft="")
    ),
    ("GET", _RECORDS + "/{visit_id}/move"): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _RECORDS + "/{visit_id}/move"): Row(
        Access.CHART,
        303,
        lambda facts: {
            "data": {"do": "move", "patient": facts["other_patient"], "reason": "Wrong press"}
        },
    ),
}
