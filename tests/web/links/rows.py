"""Rows of links: what they open, the date of birth, and where a device with access is led."""

from tests.matrix.people import Access, Kind
from tests.matrix.row import Row, form
from tests.matrix.world import BORN

_BORN = {f"birth_{part}": str(getattr(BORN, part)) for part in ("day", "month", "year")}
_CLOSED = frozenset({Kind.EXPIRED, Kind.REVOKED, Kind.LOCKED})
_ALL_LINKS = {*_CLOSED, Kind.PATIENT_B}
_LINK = "/link/{link_id}"
_AGAIN = form(address="+46 70 174 06 99")
_MY = "/my/{request_id}"

_OVER = {Kind.EXPIRED: 200, Kind.REVOKED: 200}
"""Answers for links that are over."""
ROWS: dict[tuple[str, str], Row] = {
    **{
        (method, path): Row(Access.LINK, status, also=dict.fromkeys(_ALL_LINKS, status))
        for path in ("/l/{secret}", "/l/{secret}/{rest}")
        for method, status in (("GET", 303), ("POST", 307))
    },
    ("GET", "/app/requests/{request_id}"): Row(Access.ACCOUNT, 303),
    ("GET", _LINK): Row(Access.LINK_PAGE, 303, also={Kind.PATIENT_B: 303}),
    ("POST", _LINK): Row(
        Access.LINK_PAGE,
        303,
        lambda _facts: {"data": _BORN},
        also={Kind.PATIENT_B: 422},
        counted=frozenset({Kind.PATIENT_B}),
    ),
    ("GET", f"{_LINK}/not-me"): Row(Access.LINK_PAGE, also=dict.fromkeys(_ALL_LINKS, 200)),
    ("POST", f"{_LINK}/not-me"): Row(
        Access.LINK_PAGE,
        303,
        lambda _facts: {"data": {"sure": "yes"}},
        also=dict.fromkeys(_ALL_LINKS, 303),
    ),
    ("POST", f"{_LINK}/new-link"): Row(Access.LINK_PAGE, 303, also=dict.fromkeys(_ALL_LINKS, 303)),
    ("POST", f"{_LINK}/again"): Row(
        Access.LINK_PAGE, 303, _AGAIN, also=dict.fromkeys(_ALL_LINKS, 303)
    ),
    ("GET", f"{_LINK}/again"): Row(Access.LINK_PAGE, also=dict.fromkeys(_ALL_LINKS, 200)),
    ("GET", f"{_LINK}/reported"): Row(Access.LINK_PAGE, also=dict.fromkeys(_ALL_LINKS, 200)),
    ("GET", _MY): Row(Access.DEVICE, 303),
    ("POST", f"{_MY}/again"): Row(Access.DEVICE, 303, _AGAIN, also=_OVER),
    ("POST", f"{_MY}/new-link"): Row(Access.DEVICE, also=_OVER),
}
