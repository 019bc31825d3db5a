"""Words for appointments."""

from datetime import date
from typing import Any

from bedside.care.appointments.records import Appointment
from bedside.care.appointments.states import State, Step, allowed
from bedside.care.appointments.texts import when
from bedside.care.local_times import LocalTime
from bedside.kernel import written
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _

STATES = {
    State.BOOKED: (N_("Booked"), "neutral"),
    State.CONFIRMED: (N_("Confirmed"), "good"),
    State.MOVE_ASKED: (N_("Asks for another time"), "attention"),
    State.MOVED: (N_("Moved"), "new"),
    State.CANT_COME: (N_("Can’t come"), "attention"),
    State.CANCELLED: (N_("Cancelled"), "neutral"),
    State.NO_SHOW: (N_("Did not come"), "bad"),
    State.DONE: (N_("Done"), "good"),
}
"""States as staff read them, with the tone of their chip."""
TO_PATIENT = {
    State.BOOKED: (N_("Booked"), "neutral"),
    State.CONFIRMED: (N_("You have confirmed"), "good"),
    State.MOVE_ASKED: (N_("You have asked for another time"), "attention"),
    State.MOVED: (N_("Another time"), "new"),
    State.CANT_COME: (N_("You can’t come"), "neutral"),
    State.CANCELLED: (N_("Cancelled"), "bad"),
    State.NO_SHOW: (N_("Over"), "neutral"),
    State.DONE: (N_("Over"), "neutral"),
}


def state_name(state: State) -> str:
    """Return the name of a state for staff."""
    return _(STATES[state][0])


def state_tone(state: State) -> str:
    """Return the tone of its chip."""
    return STATES[state][1]


def state_for_patient(state: State) -> tuple[str, str]:
    """Return the words and the tone of a state for the patient."""
    words, tone = TO_PATIENT[state]
    return _(words), tone


def clock_of(start: LocalTime) -> str:
    """Return the time of the day alone."""
    return written.clock_time(start.shown)


def weekday(day: date) -> str:
    """Return a day with its weekday: “Thursday, 3 December”."""
    return written.weekday(day)


def may(one: Appointment, step: str) -> bool:
    """Whether a step can be taken with an appointment now."""
    return allowed(one.state, Step(step))


def words() -> dict[str, Any]:
    """Return what templates about appointments need."""
    return {
        "when": when,
        "clock_of": clock_of,
        "state_name": state_name,
        "state_tone": state_tone,
        "state_for_patient": state_for_patient,
        "may": may,
    }
