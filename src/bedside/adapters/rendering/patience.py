"""The end of a child's patience with one page: so that it does not cost the others their time."""

import os
import time
from threading import Thread

from bedside.adapters.rendering.limits import SHARE_OF_A_PAGE

_LOOKS_EVERY = 0.25


class Patience:
    """Ends this process once a page has taken too long. Libraries that draw let other threads run
    meanwhile; for one that does not, the limit of the process holds. `seconds` are those of the
    process."""

    def __init__(self, seconds: int) -> None:
        self._for_a_page = seconds * SHARE_OF_A_PAGE
        self._until = time.process_time() + self._for_a_page
        Thread(target=self._watch, daemon=True).start()

    def start_again(self) -> None:
        """Give the next page its time."""
        self._until = time.process_time() + self._for_a_page

    def _watch(self) -> None:
        while time.process_time() < self._until:
            time.sleep(_LOOKS_EVERY)
        os._exit(1)
