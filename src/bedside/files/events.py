"""Events of files that are not in a chart yet."""

from typing import ClassVar

from bedside.kernel.events import Event, declared


@declared
class HeldFileChanged(Event):
    """A file held by a request was received, scanned, refused, given a preview or discarded."""

    type: ClassVar[str] = "request.file_changed"
    request_id: str
    file_id: str
    state: str
    refusal: str
    preview: bool

    def topic(self) -> str:
        return f"request:{self.request_id}"
