"""Rows of sharing: what receivers of links request, and what staff answer."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

_CROSS = {"access-control-request-method": "POST", "origin": "https://viewer.example.org"}
_QUESTION = "/patients/{patient_id}/questions/{question_id}"
_OF_RECORD = {"question_id": "access_question"}
_REPORT = "/patients/{patient_id}/reports/{report_id}"
_ENTRY = "/patients/{patient_id}/entries/{entry_id}/report"
_APP = "/app/{patient_id}"
_GIVEN = f"{_APP}/files/{{entry_id}}"
_ENTRY_GIVEN = {"entry_id": "given_entry"}
_LINK = f"{_APP}/sharing/{{share_id}}"
_SEEN = {"seq": "seen_line"}
_NO_TICKET = {"ticket": "clinic_id"}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/shared"): Row(Access.OPEN),
    # Nobody of the matrix holds a link of a patient's: tests/sharing/test_health_links.py does.
    ("POST", "/shl/{secret}"): Row(
        Access.OPEN, 404, lambda _facts: {"json": {"recipient": "Dr Ekström"}}
    ),
    ("OPTIONS", "/shl/{secret}"): Row(Access.OPEN, 204, lambda _facts: {"headers": _CROSS}),
    ("GET", "/shl/file/{ticket}"): Row(Access.OPEN, 404, path=_NO_TICKET),
    ("OPTIONS", "/shl/file/{ticket}"): Row(
        Access.OPEN, 204, lambda _facts: {"headers": _CROSS}, path=_NO_TICKET
    ),
    ("GET", "/questions"): Row(Access.STAFF, shows=("lindqvist",)),
    ("GET", _QUESTION): Row(Access.CHART, path=_OF_RECORD, shows=("lindqvist", "quetzal")),
    ("POST", _QUESTION): Row(Access.CHART, 303, form(text="Quetzal."), path=_OF_RECORD),
    ("GET", _REPORT): Row(Access.CHART, shows=("lindqvist", "quetzal")),
    ("POST", _REPORT): Row(Access.CHART, 303, form(state="kept", words="Quetzal.")),
    ("GET", _ENTRY): Row(Access.CHART, shows=("lindqvist",)),
    ("POST", _ENTRY): Row(Access.CHART, 303, form(what="wrong", words="Quetzal.")),
    ("GET", _APP + "/files"): Row(Access.APP, shows=("quetzal",)),
    ("GET", _GIVEN): Row(Access.APP, path=_ENTRY_GIVEN, shows=("quetzal",)),
    ("GET", f"{_GIVEN}/content"): Row(Access.APP, path=_ENTRY_GIVEN),
    ("GET", f"{_GIVEN}/report"): Row(Access.APP, path=_ENTRY_GIVEN, shows=("quetzal",)),
    ("POST", f"{_GIVEN}/report"): Row(Access.APP, 303, form(what="wrong"), path=_ENTRY_GIVEN),
    ("GET", f"{_APP}/sharing"): Row(Access.APP, shows=("quetzal",)),
    ("GET", f"{_APP}/sharing/new"): Row(Access.APP, shows=("quetzal",)),
    ("POST", f"{_APP}/sharing/new"): Row(
        Access.APP,
        303,
        lambda facts: {"data": {"entry": facts["given_entry"], "days": "7", "label": "Xanthoma"}},
    ),
    ("GET", _LINK): Row(Access.APP, shows=("quetzal",)),
    ("GET", f"{_LINK}/code.svg"): Row(Access.APP),
    ("POST", f"{_LINK}/end"): Row(Access.APP, 303, form(end="yes")),
    ("GET", f"{_APP}/accesses"): Row(Access.APP, shows=("riverside",)),
    ("GET", f"{_APP}/accesses/{{seq}}/ask"): Row(Access.APP, path=_SEEN),
    ("POST", f"{_APP}/accesses/{{seq}}/ask"): Row(Access.APP, 303, form(text="Why?"), path=_SEEN),
}
