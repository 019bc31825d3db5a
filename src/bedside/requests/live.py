"""Live photo requests, for the patient's page."""

from typing import Any

from bedside.errors import NotFound
from bedside.people.permissions import LinkAccess
from bedside.realtime.topics import TopicKind
from bedside.requests.photos.answers import PhotoAnswers


class RequestLive:
    """The topic `request:{request}`, for the device that its link has let in."""

    def __init__(self, answers: PhotoAnswers) -> None:
        self._answers = answers

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kind."""
        return (TopicKind("request", self.request),)

    async def request(self, access: object, request_id: str) -> dict[str, Any]:
        """Return the snapshot of a request. Raises NotFound for every other device."""
        if not isinstance(access, LinkAccess) or access.subject_id != request_id:
            raise NotFound
        return await self._answers.snapshot(access)
