"""The rules by which a patient is contacted: what they want, what they consent to, what is safe.

They are sealed with the patient's personal data, so that whoever has an address has its rules too.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bedside.kernel import clock
from bedside.kernel.language import N_

CHANNELS = ("push", "sms", "email")
"""The ways to a patient, in the order in which they are tried."""
LONGEST_WORD = 40
_DAY = 24 * 60
_DAYS_AHEAD = 3

_NOT_WANTED = {
    "sms": N_("The patient does not want text messages."),
    "email": N_("The patient does not want e-mail."),
    "push": N_("The patient does not want notifications on a device."),
}
_NOT_SAFE = {
    "sms": N_("Safe contact: never by text message."),
    "email": N_("Safe contact: never by e-mail."),
    "push": N_("Safe contact: never by a notification on a device."),
}
_NO_CONSENT = N_("The patient does not consent to messages. Call, or write a letter.")
_DECEASED = N_("The patient has died. No messages go out.")


class Consent(StrEnum):
    """Whether messages may go to a patient at all."""

    NOT_ASKED = ""
    GIVEN = "given"
    REFUSED = "refused"
    DECEASED = "deceased"
    """No message reaches a family that mourns."""


class Hours(BaseModel):
    """A part of each day, in minutes after midnight; one that ends before it begins goes on after
    midnight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int = Field(ge=0, lt=_DAY)
    end: int = Field(ge=0, lt=_DAY)

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.start == self.end:
            raise ValueError("hours that begin when they end")
        return self

    def has(self, minute: int) -> bool:
        """Whether a minute of the day is one of them."""
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def shown(self) -> str:
        """Return them as “21:00–8:00”."""
        return "–".join(f"{at // 60}:{at % 60:02}" for at in (self.start, self.end))


class ContactRules(BaseModel):
    """The rules for one patient.

    `refused` are channels that the patient does not want, `never` those that are not safe; `quiet`
    are hours without messages that can wait, `only` the hours that are safe. `neutral` messages
    name neither clinic nor sender. `code_word` is in every message, so that the patient knows whose
    it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    consent: Consent = Consent.NOT_ASKED
    refused: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    quiet: Hours | None = None
    only: Hours | None = None
    neutral: bool = False
    code_word: str = Field(default="", max_length=LONGEST_WORD)

    def refusal(self, channel: str) -> str:
        """Return why nothing may go by a channel, a sentence of the catalogue; "" if it may."""
        if self.consent is Consent.DECEASED:
            return _DECEASED
        if self.consent is Consent.REFUSED:
            return _NO_CONSENT
        if channel in self.never:
            return _NOT_SAFE[channel]
        return _NOT_WANTED[channel] if channel in self.refused else ""

    def opens_at(
        self, moment: int, zone: str, *, urgent: bool = False, also: Iterable[Hours] = ()
    ) -> int:
        """Return the first moment from this one at which a message may leave; 0 if there is none.
        What is useful only for a short time (`urgent`) does not wait for the quiet hours to end;
        `also` are hours within which it has to be besides."""
        within = [*also, *([self.only] if self.only else [])]
        quiet = self.quiet if self.quiet and not urgent else None
        bounds = {at for hours in within for at in (hours.start, hours.end)}
        bounds |= {quiet.start, quiet.end} if quiet else set()
        for at in (moment, *_moments_of(bounds, moment, zone)):
            here = clock.in_zone(zone, at)
            minute = here.hour * 60 + here.minute
            if all(hours.has(minute) for hours in within) and not (quiet and quiet.has(minute)):
                return at
        return 0


def stricter(one: ContactRules, other: ContactRules) -> ContactRules:
    """Return the rules of two charts that are joined: whatever either forbids is forbidden."""
    order = (Consent.NOT_ASKED, Consent.GIVEN, Consent.REFUSED, Consent.DECEASED)
    return ContactRules(
        consent=max(one.consent, other.consent, key=order.index),
        refused=_both(one.refused, other.refused),
        never=_both(one.never, other.never),
        quiet=one.quiet or other.quiet,
        only=one.only or other.only,
        neutral=one.neutral or other.neutral,
        code_word=one.code_word or other.code_word,
    )


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(channel for channel in CHANNELS if channel in one or channel in other)


def _moments_of(minutes: set[int], moment: int, zone: str) -> list[int]:
    """Return when these minutes of the day come in the next days, from a moment on."""
    today = clock.in_zone(zone, moment).date()
    found = {
        _instant(today + timedelta(days=day), minute, zone)
        for day in range(_DAYS_AHEAD)
        for minute in minutes
    }
    return sorted(at for at in found if at > moment)


def _instant(day: date, minute: int, zone: str) -> int:
    local = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone))
    return int(local.timestamp()) * clock.SECOND
