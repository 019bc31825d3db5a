"""The steps that a plan would take, by the tables and rules that run it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bedside.kernel import clock
from bedside.notifications.plans.outlook import forecast
from bedside.notifications.plans.table import DEFAULT_TIMES, PlanKind
from bedside.people.contact import Consent, ContactRules, Hours

pytestmark = pytest.mark.feature("N7")

ZONE = "Europe/Stockholm"
QUIET = Hours(start=21 * 60, end=8 * 60)


def at(written: str) -> int:
    local = datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(ZONE))
    return int(local.timestamp()) * clock.SECOND


def shown(kind: PlanKind, moment: str, rules: ContactRules) -> list[tuple[str, str]]:
    found = forecast(DEFAULT_TIMES[kind], rules, ZONE, at(moment))
    return [(one.channel, f"{clock.in_zone(ZONE, one.at):%a %d %H:%M}") for one in found]


def test_a_message_of_friday_evening() -> None:
    assert shown(PlanKind.NORMAL, "2026-12-04T17:50", ContactRules(quiet=QUIET)) == [
        ("push", "Fri 04 17:50"),
        ("sms", "Sat 05 17:50"),
        ("email", "Sun 06 17:50"),
        ("", "Mon 07 17:50"),
    ]


def test_quiet_hours_and_the_night_without_an_hour() -> None:
    """The clock goes back on 25 October 2026: four hours after 23:50 it is 2:50."""
    assert shown(PlanKind.URGENT, "2026-10-24T19:50", ContactRules(never=("push",))) == [
        ("sms", "Sat 24 19:50"),
        ("email", "Sat 24 23:50"),
        ("", "Sun 25 02:50"),
    ]
    assert shown(PlanKind.URGENT, "2026-10-24T19:50", ContactRules(quiet=QUIET)) == [
        ("push", "Sat 24 19:50"),
        ("sms", "Sun 25 08:00"),
        ("email", "Sun 25 12:00"),
        ("", "Sun 25 16:00"),
    ]


def test_a_device_is_quiet_at_night_and_safe_hours_hold_all() -> None:
    assert shown(PlanKind.APPOINTMENT, "2026-12-04T23:00", ContactRules())[:2] == [
        ("push", "Sat 05 06:00"),
        ("sms", "Sat 05 10:00"),
    ]
    safe = ContactRules(never=("sms",), only=Hours(start=9 * 60, end=15 * 60))
    assert shown(PlanKind.URGENT, "2026-12-04T13:00", safe) == [
        ("push", "Fri 04 13:00"),
        ("email", "Sat 05 09:00"),
        ("", "Sat 05 13:00"),
    ]


def test_without_consent_it_is_a_task_at_once() -> None:
    refused = ContactRules(consent=Consent.REFUSED)
    assert shown(PlanKind.NORMAL, "2026-12-04T13:00", refused) == [("", "Fri 04 13:00")]
