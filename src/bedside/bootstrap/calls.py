"""Wires calls, and chooses the media server."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bedside.adapters import relay_probe
from bedside.adapters.relay_probe import Answer
from bedside.bootstrap.base import Base
from bedside.bootstrap.people import PeopleParts
from bedside.bootstrap.visits import VisitParts
from bedside.calls.absence import Absences
from bedside.calls.access import Seats
from bedside.calls.apps.whiteboard import Whiteboard
from bedside.calls.endings import CLOSE_ROOM, Endings
from bedside.calls.group_calls import GroupCalls
from bedside.calls.guests import Guests
from bedside.calls.ice import VALID_FOR_A_TEST, IceServers
from bedside.calls.live import LiveCalls
from bedside.calls.media_server import MediaServer
from bedside.calls.newcomers import Newcomers
from bedside.calls.of_visits import CallsOfVisit
from bedside.calls.participants import Participants
from bedside.calls.patient_names import PatientNames
from bedside.calls.people import CallPeople
from bedside.calls.service import Calls
from bedside.calls.signalling import Signalling
from bedside.calls.summaries import CallSummaries
from bedside.calls.unanswered import UNANSWERED, UnansweredCalls
from bedside.calls.visit_departure import SETTLE, VisitDeparture
from bedside.kernel.known_states import DOWN, INCOMPLETE, NOT_SET_UP, OK, Seldom, State
from bedside.kernel.language import N_
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.text_limits import TextLimits
from bedside.realtime.presence import Presence
from bedside.realtime.topics import TopicKind
from bedside.services.calls import CallServices
from bedside.services.registered import Registered
from bedside.settings import Settings

_ASKED_EVERY = 120.0
_NO_MEDIA_SERVER = N_("The media server does not answer, or does not accept janus_secret.")
_CHECK_JANUS = N_("Look at it (systemctl status janus), and compare janus_secret with api_secret.")
_RELAY_WRONG = N_("{wrong} of {all} relays: {how}.")
_CHECK_RELAY = N_(
    "Look at coturn (systemctl status coturn), at the firewall, and compare turn_secret with "
    "static-auth-secret; the clocks of both machines must agree."
)
_STUN_WRONG = N_("{wrong} of {all} STUN servers: {how}.")
_CHECK_STUN = N_("Look at the server that stun_urls names, and at the firewall.")


@dataclass(frozen=True, slots=True)
class CallParts(CallServices):
    """The call services, with what ends calls and what open pages follow."""

    endings: Endings
    visit_departure: VisitDeparture
    unanswered: UnansweredCalls
    live: LiveCalls

    def registered(self) -> Registered:
        """Return what they register for the worker and /health."""
        return Registered(
            handlers={
                CLOSE_ROOM: self.group_calls.close_room,
                SETTLE: self.newcomers.settle,
                UNANSWERED: self.unanswered.look,
            },
            sweeps={
                "calls.absences": (5.0, self.absences.sweep),
                "calls.forget_guests": (600.0, self.guests.forget),
                "calls.rooms": (60.0, self.group_calls.close_forgotten_rooms),
            },
            checks={
                "media server": self._media_server_state,
                "relay": Seldom(self._relay_state, _ASKED_EVERY),
                "stun": Seldom(self._stun_state, _ASKED_EVERY),
            },
        )

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics."""
        return (*self.live.topics(), *self.whiteboard.topics(self.live.audience))

    async def _media_server_state(self) -> str:
        state = await self.group_calls.state()
        return State(DOWN, _NO_MEDIA_SERVER, _CHECK_JANUS) if state == DOWN else state

    async def _relay_state(self) -> str:
        """Ask each relay for an allocation, with credentials as pages get them."""
        username, password = self.ice.credentials("health", VALID_FOR_A_TEST)
        answers = await asyncio.gather(
            *(relay_probe.relay(url, username, password) for url in self.ice.relays)
        )
        return _all_of(answers, _RELAY_WRONG, _CHECK_RELAY)

    async def _stun_state(self) -> str:
        answers = await asyncio.gather(*(relay_probe.stun(url) for url in self.ice.stun))
        return _all_of(answers, _STUN_WRONG, _CHECK_STUN)


def calls_of(
    base: Base,
    people: PeopleParts,
    visits: VisitParts,
    dispatcher: Dispatcher,
    presence: Presence,
) -> CallParts:
    """Make calls: participants, signals, and the apps beside them."""
    settings, database, vault, audit = base.settings, base.database, base.vault, base.audit.log
    seats, endings = Seats(database), Endings(audit)
    group_calls = GroupCalls(database, _media_server(settings))
    newcomers = Newcomers(database, audit, visits.transitions, group_calls)
    control = Calls(
        database, audit, visits.transitions, endings, group_calls, newcomers, visits.order
    )
    guests = Guests(
        database,
        vault,
        audit,
        people.clinics,
        endings,
        group_calls,
        newcomers,
        dispatcher,
        TextLimits(people.throttle),
        settings.base_url,
    )
    names = PatientNames(vault, people.patients, people.permissions, visits.whereabouts)
    signalling = Signalling(database, group_calls)
    return CallParts(
        control=control,
        newcomers=newcomers,
        seats=seats,
        participants=Participants(database, audit, group_calls),
        people=CallPeople(database, people.staff, names, guests),
        guests=guests,
        absences=Absences(database, presence, control, people.staff),
        of_visits=CallsOfVisit(database, vault, people.staff),
        summaries=CallSummaries(database, seats, names),
        signalling=signalling,
        ice=IceServers(settings.stun_urls, settings.turn_urls, settings.turn_secret),
        group_calls=group_calls,
        whiteboard=Whiteboard(database, vault, audit, seats),
        endings=endings,
        visit_departure=VisitDeparture(audit, endings),
        unanswered=UnansweredCalls(database, visits.turn_texts),
        live=LiveCalls(database, seats, signalling),
    )


def _all_of(answers: Sequence[Answer], why: str, advice: str) -> str:
    """Return the state of servers of which all should work."""
    if not answers:
        return NOT_SET_UP
    wrong = [answer for answer in answers if answer is not Answer.WORKS]
    if not wrong:
        return OK
    word = DOWN if len(wrong) == len(answers) else INCOMPLETE
    return State(word, why, advice, wrong=len(wrong), all=len(answers), how=wrong[0].value)


def _media_server(settings: Settings) -> MediaServer | None:
    """Return the media server, if the settings name one; its client is loaded only then."""
    if not settings.janus_url:
        return None
    from bedside.adapters.janus import JanusServer

    return JanusServer(settings.janus_url, settings.janus_secret)
