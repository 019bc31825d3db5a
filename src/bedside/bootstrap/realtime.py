"""Wires the live side of open pages."""

from collections.abc import Container

from bedside.bootstrap.base import Base
from bedside.bootstrap.people import PeopleParts
from bedside.kernel.events import Published
from bedside.realtime.bus import Bus
from bedside.realtime.presence import Presence
from bedside.realtime.topics import Topics
from bedside.services.realtime import RealtimeServices


def realtime_of(base: Base, people: PeopleParts) -> RealtimeServices:
    """Make the bus and its topics; `wire` adds the kinds."""
    topics = Topics()

    async def audience(published: Published) -> Container[object] | None:
        patient_id = topics.patient_of(published)
        if patient_id:
            return await people.audiences.of(patient_id)
        return await topics.audience_of(published)

    return RealtimeServices(
        bus=Bus(base.database, audience), topics=topics, presence=Presence(base.database)
    )
