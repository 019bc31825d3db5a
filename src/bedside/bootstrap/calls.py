"""Parts of calls."""

from functools import cached_property
from typing import Any

from bedside.bootstrap.visits import VisitParts
from bedside.calls.absence import Absences
from bedside.calls.access import Seats
from bedside.calls.apps.whiteboard import Whiteboard
from bedside.calls.endings import CLOSE_ROOM, Endings
from bedside.calls.group_calls import GroupCalls
from bedside.calls.guests import Guests
from bedside.calls.ice import IceServers
from bedside.calls.live import LiveCalls
from bedside.calls.media_server import MediaServer
from bedside.calls.participants import Participants
from bedside.calls.patient_names import PatientNames
from bedside.calls.people import CallPeople
from bedside.calls.service import Calls
from bedside.calls.signalling import Signalling
from bedside.calls.summaries import CallSummaries
from bedside.calls.visit_departure import VisitDeparture
from bedside.errors import NotFound
from bedside.kernel.jobs import Handler
from bedside.people.permissions import GuestAccess, StaffAccess, VisitorAccess
from bedside.realtime.topics import TopicKind, Topics
from bedside.services import HealthCheck, Periodic
from bedside.visits.transitions import Transitions


class CallParts(VisitParts):
    """With calls and what is in them."""

    @cached_property
    def media_server(self) -> MediaServer | None:
        """The media server, where the settings name one; its client is loaded only then."""
        if not self.settings.janus_url:
            return None
        from bedside.adapters.janus import JanusServer

        return JanusServer(self.settings.janus_url, self.settings.janus_secret)

    @cached_property
    def group_calls(self) -> GroupCalls:
        return GroupCalls(self.database, self.media_server)

    @cached_property
    def seats(self) -> Seats:
        return Seats(self.database)

    @cached_property
    def whiteboard(self) -> Whiteboard:
        return Whiteboard(self.database, self.vault, self.audit, self.seats)

    @cached_property
    def endings(self) -> Endings:
        endings = Endings(self.audit)
        endings.tell(self.whiteboard)
        return endings

    @cached_property
    def call_participants(self) -> Participants:
        return Participants(self.database, self.audit, self.group_calls)

    @cached_property
    def guests(self) -> Guests:
        return Guests(
            self.database,
            self.vault,
            self.audit,
            self.clinics,
            self.endings,
            self.group_calls,
            self.dispatcher,
            self.settings.base_url,
        )

    @cached_property
    def transitions(self) -> Transitions:
        transitions = super().transitions
        transitions.tell(VisitDeparture(self.audit, self.endings))
        transitions.tell(self.whiteboard)
        return transitions

    @cached_property
    def calls(self) -> Calls:
        return Calls(self.database, self.audit, self.transitions, self.endings, self.group_calls)

    @cached_property
    def patient_names(self) -> PatientNames:
        return PatientNames(self.vault, self.patients, self.permissions, self.whereabouts)

    @cached_property
    def call_people(self) -> CallPeople:
        return CallPeople(self.database, self.staff, self.patient_names, self.guests)

    @cached_property
    def call_summaries(self) -> CallSummaries:
        return CallSummaries(self.database, self.seats, self.patient_names)

    @cached_property
    def signalling(self) -> Signalling:
        return Signalling(self.database, self.group_calls)

    @cached_property
    def ice(self) -> IceServers:
        settings = self.settings
        return IceServers(settings.stun_urls, settings.turn_urls, settings.turn_secret)

    @cached_property
    def live_calls(self) -> LiveCalls:
        return LiveCalls(self.database, self.seats, self.signalling)

    @cached_property
    def topics(self) -> Topics:
        topics = super().topics
        live = self.live_calls

        async def call(access: object, call_id: str) -> dict[str, Any]:
            return await live.call(_in_calls(access), call_id)

        async def signals(access: object, connection_id: str) -> dict[str, Any]:
            return await live.signals(_in_calls(access), connection_id)

        async def guest(access: object, guest_id: str) -> dict[str, Any]:
            if not isinstance(access, GuestAccess):
                raise NotFound
            return await live.guest(access, guest_id)

        async def whiteboard(access: object, call_id: str) -> dict[str, Any]:
            return await self.whiteboard.snapshot(_in_calls(access), call_id)

        topics.add(TopicKind("call", call, audience=live.audience))
        topics.add(TopicKind("whiteboard", whiteboard, audience=live.audience))
        topics.add(TopicKind("signals", signals, from_first=True))
        topics.add(TopicKind("guest", guest))
        return topics

    @cached_property
    def handlers(self) -> dict[str, Handler]:
        return {**super().handlers, CLOSE_ROOM: self.group_calls.close_room}

    @cached_property
    def absences(self) -> Absences:
        return Absences(self.database, self.presence, self.calls)

    @cached_property
    def sweeps(self) -> dict[str, tuple[float, Periodic]]:
        return {
            **super().sweeps,
            "calls.absences": (5.0, self.absences.sweep),
            "calls.forget_guests": (600.0, self.guests.forget),
            "calls.rooms": (60.0, self.group_calls.close_forgotten_rooms),
        }

    @cached_property
    def checks(self) -> dict[str, HealthCheck]:
        return {
            **super().checks,
            "media server": self.group_calls.state,
            "relay": self._relay_state,
        }

    async def _relay_state(self) -> str:
        return "configured" if self.ice.has_relay else "not configured"


def _in_calls(access: object) -> StaffAccess | VisitorAccess | GuestAccess:
    """Whoever can be in a call. Raises NotFound for others."""
    if not isinstance(access, StaffAccess | VisitorAccess | GuestAccess):
        raise NotFound
    return access
