"""Calls: participants, signals, and the apps beside them."""

from dataclasses import dataclass

from bedside.calls.absence import Absences
from bedside.calls.access import Seats
from bedside.calls.apps.whiteboard import Whiteboard
from bedside.calls.group_calls import GroupCalls
from bedside.calls.guests import Guests
from bedside.calls.ice import IceServers
from bedside.calls.newcomers import Newcomers
from bedside.calls.of_visits import CallsOfVisit
from bedside.calls.participants import Participants
from bedside.calls.people import CallPeople
from bedside.calls.service import Calls
from bedside.calls.signalling import Signalling
from bedside.calls.summaries import CallSummaries


@dataclass(frozen=True, slots=True)
class CallServices:
    """`services.calls`."""

    control: Calls
    newcomers: Newcomers
    seats: Seats
    participants: Participants
    people: CallPeople
    guests: Guests
    absences: Absences
    of_visits: CallsOfVisit
    summaries: CallSummaries
    signalling: Signalling
    ice: IceServers
    group_calls: GroupCalls
    whiteboard: Whiteboard
