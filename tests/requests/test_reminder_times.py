"""When a link ends and when patients are reminded, in any zone and on nights of clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bedside.kernel import clock
from bedside.requests.reminders import remind_at

pytestmark = pytest.mark.feature("R7")


@pytest.mark.parametrize(
    ("day", "zone"),
    [
        (date(2026, 12, 6), "Europe/Stockholm"),
        (date(2026, 10, 25), "Europe/Lisbon"),
        (date(2026, 3, 29), "Atlantic/Azores"),  # midnight does not exist
        (date(2026, 10, 24), "Asia/Beirut"),  # the evening comes twice
        (date(2026, 4, 4), "America/Santiago"),
        (date(2022, 3, 26), "America/Asuncion"),
        (date(2026, 10, 24), "America/Scoresbysund"),
        (date(2011, 12, 29), "Pacific/Apia"),  # the next day was left out
        (date(2026, 4, 5), "Australia/Lord_Howe"),  # by half an hour
        (date(2026, 11, 1), "America/Havana"),
        (date(2026, 12, 31), "Pacific/Kiritimati"),
        (date(2026, 2, 28), "Asia/Kathmandu"),
        (date(2026, 4, 23), "Africa/Cairo"),
    ],
)
def test_a_day_ends_when_the_next_one_begins(day: date, zone: str) -> None:
    ends = clock.end_of(day, zone) // 1000
    local = datetime.fromtimestamp(ends, UTC).astimezone(ZoneInfo(zone))
    assert (local.date(), local.strftime("%H:%M:%S")) == (day, "23:59:59")
    after = datetime.fromtimestamp(ends + 1, UTC).astimezone(ZoneInfo(zone))
    assert after.date() > day


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "America/Los_Angeles", "Asia/Tokyo"])
@pytest.mark.parametrize("day", [date(2026, 12, 6), date(2026, 10, 26), date(2026, 3, 30)])
def test_reminders_come_by_day(day: date, zone: str) -> None:
    ends = clock.end_of(day, zone)

    def local(hours_before: int) -> datetime | None:
        at = remind_at(ends, ends - hours_before * clock.HOUR)
        return clock.in_zone(zone, at) if at else None

    early, late = local(100), local(20)
    assert early is not None
    assert late is not None
    assert early.date() == day - timedelta(days=1)
    assert late.date() == day
    assert all(8 <= one.hour <= 11 for one in (early, late))
    assert local(10) is None
