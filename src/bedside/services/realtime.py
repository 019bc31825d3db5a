"""Open pages: events, topics, and presence."""

from dataclasses import dataclass

from bedside.realtime.bus import Bus
from bedside.realtime.presence import Presence
from bedside.realtime.topics import Topics


@dataclass(frozen=True, slots=True)
class RealtimeServices:
    """`services.realtime`."""

    bus: Bus
    topics: Topics
    presence: Presence
