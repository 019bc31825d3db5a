"""Requests as the patient's page follows them."""

from typing import Any

from bedside.errors import NotFound
from bedside.people.permissions import LinkAccess
from bedside.realtime.topics import TopicKind
from bedside.requests.kinds import RequestKinds


class RequestLive:
    """The topic `request:{request}`, for the device with access by its link."""

    def __init__(self, kinds: RequestKinds) -> None:
        self._kinds = kinds

    def topics(self) -> tuple[TopicKind, ...]:
        """The kind."""
        return (TopicKind("request", self.request),)

    async def request(self, access: object, request_id: str) -> dict[str, Any]:
        """Snapshot of a request. Raises NotFound for every other device."""
        if not isinstance(access, LinkAccess) or access.subject_id != request_id:
            raise NotFound
        if not self._kinds.has(request_id):  # a link to something else
            raise NotFound
        return await self._kinds.handling(request_id).snapshot(access)
