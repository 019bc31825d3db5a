"""The open sockets of each person, and rate limits on their signals in a call.

A person who opens one page too many is still admitted: the oldest page is closed. A phone that
reconnects leaves sockets behind that the server does not know to be dead yet, so the newest one is
the one that counts.
"""

from typing import Protocol

from bedside.edge.protection import Buckets, Rate
from bedside.people.permissions import (
    GuestAccess,
    LinkAccess,
    PatientAccess,
    StaffAccess,
    VisitorAccess,
)

OF_A_DEVICE = 8
"""Pages of one visit, one guest or one link."""
OF_A_SESSION = 30
SIGNALS = Rate("signals", per_second=30, burst=400)
"""Signals of a call come in bursts: some twenty candidates for each participant."""
SIGNAL_BYTES = Rate("bytes of signals", per_second=16 << 10, burst=1 << 20)
"""They are kept for ten minutes, so one person fills some 10 MB; a description has some 10 kB."""


class Page(Protocol):
    """An open page."""

    def give_way(self) -> None:
        """Close the socket: a newer page of this person needs the place."""
        ...


class OpenPages:
    """Counts the sockets of people."""

    def __init__(self) -> None:
        self._pages: dict[str, dict[Page, None]] = {}
        self._said = Buckets()

    @property
    def count(self) -> int:
        """How many pages are open."""
        return sum(map(len, self._pages.values()))

    def enter(self, holder: str, page: Page, most: int) -> None:
        """Register a page of this person; the oldest one gives way if there are more than
        `most`."""
        pages = self._pages.setdefault(holder, {})
        pages[page] = None
        if len(pages) > most:
            oldest = next(iter(pages))
            del pages[oldest]
            oldest.give_way()

    def leave(self, holder: str, page: Page) -> None:
        """Remove a page that is gone."""
        pages = self._pages.get(holder, {})
        pages.pop(page, None)
        if not pages:
            self._pages.pop(holder, None)

    def may_signal(self, holder: str, size: int) -> bool:
        """Count a signal of `size` bytes of this person, over all of their sockets. Returns
        whether it is allowed."""
        too_many = self._said.take(SIGNALS, holder)
        return not self._said.take(SIGNAL_BYTES, holder, size) and not too_many


def holder_of(
    access: StaffAccess | VisitorAccess | GuestAccess | LinkAccess | PatientAccess,
) -> tuple[str, int]:
    """Return by whom pages are counted, and how many there may be."""
    match access:
        case StaffAccess():
            return f"session {access.session_id}", OF_A_SESSION
        case VisitorAccess():
            return f"visit {access.visit_id}", OF_A_DEVICE
        case GuestAccess():
            return f"guest {access.guest_id}", OF_A_DEVICE
        case LinkAccess():
            return f"link {access.link_id}", OF_A_DEVICE
        case PatientAccess():
            return f"app {access.account.session_id}", OF_A_DEVICE
