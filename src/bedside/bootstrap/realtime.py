"""Wires the live side of open pages."""

from bedside.bootstrap.base import Base
from bedside.realtime.bus import Bus
from bedside.realtime.presence import Presence
from bedside.realtime.topics import Topics
from bedside.services.realtime import RealtimeServices


def realtime_of(base: Base) -> RealtimeServices:
    """Make the bus and its topics; `wire` adds the kinds."""
    topics = Topics()
    return RealtimeServices(
        bus=Bus(base.database, topics.audience), topics=topics, presence=Presence(base.database)
    )
