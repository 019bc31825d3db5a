"""The rules by which a patient is contacted, as pure values."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bedside.kernel import clock
from bedside.people.contact import Consent, ContactRules, Hours, stricter

pytestmark = [pytest.mark.feature("N7"), pytest.mark.feature("R8")]

DAYTIME = Hours(start=9 * 60, end=15 * 60)
NIGHT = Hours(start=21 * 60, end=8 * 60)


def moment(text: str, zone: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        ("Europe/Stockholm", "2026-11-30T08:59", "2026-11-30T09:00"),
        ("Europe/Stockholm", "2026-11-30T09:00", "2026-11-30T09:00"),
        ("Europe/Stockholm", "2026-11-30T15:00", "2026-12-01T09:00"),
        ("America/New_York", "2026-03-07T16:00", "2026-03-08T09:00"),  # a night of 23 hours
        ("Australia/Sydney", "2026-04-04T23:30", "2026-04-05T09:00"),  # one of 25
        ("Asia/Kathmandu", "2026-06-01T03:15", "2026-06-01T09:00"),
    ],
)
def test_a_message_waits_for_the_safe_hours_of_the_clinics_zone(
    zone: str, now: str, opens: str
) -> None:
    rules = ContactRules(only=DAYTIME)
    assert rules.opens_at(moment(now, zone), zone) == moment(opens, zone)


def test_quiet_hours_go_over_midnight_and_do_not_hold_what_is_useful_only_now() -> None:
    rules, zone = ContactRules(quiet=NIGHT), "Europe/Berlin"
    late, early = moment("2026-05-01T23:10", zone), moment("2026-05-02T07:59", zone)
    assert rules.opens_at(late, zone) == moment("2026-05-02T08:00", zone)
    assert rules.opens_at(early, zone) == moment("2026-05-02T08:00", zone)
    assert rules.opens_at(late, zone, urgent=True) == late


def test_safe_hours_hold_what_is_urgent_too() -> None:
    rules, zone = ContactRules(only=DAYTIME), "Europe/Berlin"
    late = moment("2026-05-01T23:10", zone)
    assert rules.opens_at(late, zone, urgent=True) == moment("2026-05-02T09:00", zone)


def test_hours_that_never_meet_leave_no_moment() -> None:
    rules = ContactRules(only=Hours(start=600, end=660), quiet=Hours(start=540, end=720))
    assert rules.opens_at(clock.now(), "Europe/Paris") == 0


def test_an_hour_that_the_clocks_skip_is_no_obstacle() -> None:
    rules, zone = ContactRules(only=Hours(start=150, end=170)), "Europe/Berlin"
    before = moment("2026-03-29T01:30", zone)
    opens = rules.opens_at(before, zone)
    assert opens > before
    assert opens == moment("2026-03-30T02:30", zone)  # 2:30 to 2:50 does not exist on the 29th


@pytest.mark.parametrize(
    ("rules", "channel", "word"),
    [
        (ContactRules(refused=("sms",)), "sms", "does not want"),
        (ContactRules(never=("email",)), "email", "Safe contact"),
        (ContactRules(refused=("push",), never=("push",)), "push", "Safe contact"),
        (ContactRules(consent=Consent.REFUSED), "email", "consent"),
        (ContactRules(consent=Consent.DECEASED), "sms", "died"),
    ],
)
def test_a_channel_is_refused_with_the_reason(rules: ContactRules, channel: str, word: str) -> None:
    assert word in rules.refusal(channel)


def test_without_rules_every_channel_may_be_used() -> None:
    assert not any(ContactRules().refusal(channel) for channel in ("push", "sms", "email"))


def test_joined_charts_keep_what_either_forbids() -> None:
    one = ContactRules(never=("sms",), consent=Consent.GIVEN, code_word="heron")
    other = ContactRules(refused=("email",), only=DAYTIME, neutral=True, code_word="otter")
    both = stricter(one, other)
    assert both.never == ("sms",)
    assert both.refused == ("email",)
    assert (both.only, both.neutral, both.code_word) == (DAYTIME, True, "heron")
    assert stricter(other, one).consent is Consent.GIVEN
    assert stricter(one, ContactRules(consent=Consent.DECEASED)).consent is Consent.DECEASED


def test_hours_that_end_when_they_begin_are_a_mistake() -> None:
    with pytest.raises(ValidationError):
        Hours(start=60, end=60)
