"""Wires calls, and chooses the media server."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.people import PeopleParts
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
from bedside.notifications.dispatcher import Dispatcher
from bedside.realtime.presence import Presence
from bedside.realtime.topics import TopicKind
from bedside.services.calls import CallServices
from bedside.services.registered import Registered
from bedside.services.visits import VisitServices
from bedside.settings import Settings


@dataclass(frozen=True, slots=True)
class CallParts(CallServices):
    """The call services, with what ends calls and what open pages follow."""

    endings: Endings
    visit_departure: VisitDeparture
    live: LiveCalls

    def registered(self) -> Registered:
        """Return what they register for the worker and /health."""
        return Registered(
            handlers={CLOSE_ROOM: self.group_calls.close_room},
            sweeps={
                "calls.absences": (5.0, self.absences.sweep),
                "calls.forget_guests": (600.0, self.guests.forget),
                "calls.rooms": (60.0, self.group_calls.close_forgotten_rooms),
            },
            checks={"media server": self.group_calls.state, "relay": self._relay_state},
        )

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics."""
        return (*self.live.topics(), *self.whiteboard.topics(self.live.audience))

    async def _relay_state(self) -> str:
        return "configured" if self.ice.has_relay else "not configured"


def calls_of(
    base: Base,
    people: PeopleParts,
    visits: VisitServices,
    dispatcher: Dispatcher,
    presence: Presence,
) -> CallParts:
    """Make calls: participants, signals, and the apps beside them."""
    settings, database, vault, audit = base.settings, base.database, base.vault, base.audit.log
    seats, endings = Seats(database), Endings(audit)
    group_calls = GroupCalls(database, _media_server(settings))
    control = Calls(database, audit, visits.transitions, endings, group_calls)
    guests = Guests(
        database,
        vault,
        audit,
        people.clinics,
        endings,
        group_calls,
        dispatcher,
        settings.base_url,
    )
    names = PatientNames(vault, people.patients, people.permissions, visits.whereabouts)
    signalling = Signalling(database, group_calls)
    return CallParts(
        control=control,
        seats=seats,
        participants=Participants(database, audit, group_calls),
        people=CallPeople(database, people.staff, names, guests),
        guests=guests,
        absences=Absences(database, presence, control),
        summaries=CallSummaries(database, seats, names),
        signalling=signalling,
        ice=IceServers(settings.stun_urls, settings.turn_urls, settings.turn_secret),
        group_calls=group_calls,
        whiteboard=Whiteboard(database, vault, audit, seats),
        endings=endings,
        visit_departure=VisitDeparture(audit, endings),
        live=LiveCalls(database, seats, signalling),
    )


def _media_server(settings: Settings) -> MediaServer | None:
    """Return the media server, if the settings name one; its client is loaded only then."""
    if not settings.janus_url:
        return None
    from bedside.adapters.janus import JanusServer

    return JanusServer(settings.janus_url, settings.janus_secret)
