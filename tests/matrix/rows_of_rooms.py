"""Rows of waiting rooms, the card of a visit, transfer of patients, and their settings."""

from tests.matrix.people import Access, Kind
from tests.matrix.row import Row, form
from tests.matrix.world import Facts

_ROOM = "/rooms/{room_id}"
_VISIT = "/visits/{visit_id}"
_RECORDS = "/patients/{patient_id}/visits"
_SETTINGS = "/settings/rooms"
_SHOWN = ("lindqvist", "philtrum")
_NO_ROOM: dict[Kind, int] = {Kind.UNASSIGNED: 200, Kind.ADMINISTRATOR_UNASSIGNED: 200}
"""Staff in charge of no room get an explanation where others are redirected to their room."""
_CHANGED = form(
    name="Front desk", kind="shared", ask_birth_date="no", ask_phone="no", ask_reason="no"
)


_IDENTIFY = f"{_VISIT}/identify"
_UNKNOWN = {"visit_id": "waiting_visit"}
_TOMAS = {"name": "Tomás Ramírez", "birth_day": "2", "birth_month": "11", "birth_year": "1958"}
"""The second patient of the house."""


def _is_the_other(facts: Facts) -> dict[str, dict[str, str]]:
    return {"data": {"patient": facts["other_patient"]}}


def _elsewhere(facts: Facts) -> dict[str, dict[str, str]]:
    return {"data": {"room": facts["other_room"], "note": "", "leg": "1"}}


ROOMS: dict[tuple[str, str], Row] = {
    ("GET", "/rooms"): Row(Access.STAFF, 303, also=_NO_ROOM),
    ("GET", "/rooms/all"): Row(Access.STAFF, shows=_SHOWN),
    ("GET", "/rooms/all/list"): Row(Access.STAFF, shows=_SHOWN),
    ("GET", "/rooms/alerts"): Row(Access.STAFF),
    ("GET", _ROOM): Row(Access.ROOM, shows=_SHOWN),
    ("GET", f"{_ROOM}/bar"): Row(Access.ROOM),
    ("GET", f"{_ROOM}/queue"): Row(Access.ROOM, shows=_SHOWN),
    ("GET", f"/api/v1{_ROOM}/queue"): Row(Access.API_ROOM, shows=_SHOWN),
    ("GET", f"{_ROOM}/unidentified"): Row(Access.ROOM),
    ("GET", f"{_ROOM}/qr.svg"): Row(Access.ROOM),
    ("POST", f"{_ROOM}/looked"): Row(Access.ROOM, 204, form()),
    ("POST", f"{_ROOM}/open"): Row(Access.ROOM, 303, form(open="no")),
    ("POST", f"{_ROOM}/messages"): Row(Access.ROOM, 303, form(text="Running late.")),
    ("POST", _ROOM + "/messages/{message_id}/withdraw"): Row(Access.ROOM, 303, form()),
    ("GET", f"{_VISIT}/card"): Row(Access.ROOM, shows=_SHOWN),
    ("GET", f"{_VISIT}/card/now"): Row(Access.ROOM, shows=("philtrum",)),
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
    ("GET", f"{_VISIT}/remove"): Row(Access.ROOM, shows=("lindqvist",)),
    ("POST", f"{_VISIT}/remove"): Row(Access.ROOM, 303, form()),
    ("GET", f"{_VISIT}/transfer"): Row(Access.ROOM, shows=("lindqvist",)),
    ("POST", f"{_VISIT}/transfer"): Row(Access.ROOM, 303, _elsewhere),
    ("GET", f"{_VISIT}/transfer/rooms"): Row(Access.ROOM),
    ("GET", "/transfers/sent"): Row(Access.STAFF),
    ("GET", "/transfers/notices"): Row(Access.STAFF),
    # nobody has admitted the patient, so there is nothing to say
    ("GET", "/transfers/{transfer_id}/notice"): Row(Access.OWN, 404),
    ("POST", "/transfers/{transfer_id}/take-back"): Row(Access.OWN, 303, form()),
    ("GET", _RECORDS): Row(Access.CHART, shows=_SHOWN),
    ("GET", _RECORDS + "/{visit_id}"): Row(Access.CHART, shows=_SHOWN),
    ("GET", _SETTINGS): Row(Access.ADMINISTRATOR, shows=("riverside",)),
    ("POST", _SETTINGS): Row(Access.ADMINISTRATOR, 303, _CHANGED),
    ("GET", f"{_SETTINGS}/new"): Row(Access.ADMINISTRATOR, shows=("quartermain",)),
    ("GET", _SETTINGS + "/{room_id}"): Row(Access.ADMINISTRATOR_OF, shows=("quartermain",)),
    ("POST", _SETTINGS + "/{room_id}"): Row(Access.ADMINISTRATOR_OF, 303, _CHANGED),
}
