"""The time a photo was taken, from its EXIF data (CIPA DC-008, EXIF 2.32)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from PIL import Image

_EXIF_POINTER, _GPS_POINTER = 0x8769, 0x8825
_ORIGINAL, _OFFSET_ORIGINAL, _SUBSECONDS_ORIGINAL = 0x9003, 0x9011, 0x9291
_MODIFIED = 0x0132
_GPS_TIME, _GPS_DATE = 7, 29
_WRITTEN = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_QUARTER = timedelta(minutes=15)


def taken_at(exif: Image.Exif) -> int | None:
    """Return milliseconds since the epoch, UTC; None if the photo does not say.

    EXIF holds the wall clock. Its offset from UTC is taken from OffsetTimeOriginal, else from the
    GPS time (which is UTC); a photo that has neither is read as if taken in UTC.
    """
    details = exif.get_ifd(_EXIF_POINTER)
    wall = _moment(details.get(_ORIGINAL) or exif.get(_MODIFIED))
    if wall is None:
        return None
    offset = _stated_offset(details.get(_OFFSET_ORIGINAL))
    if offset is None:
        offset = _offset_from_gps(wall, exif.get_ifd(_GPS_POINTER))
    moment = wall.replace(tzinfo=timezone(offset or timedelta()))
    fraction = re.match(r"\d{1,3}", str(details.get(_SUBSECONDS_ORIGINAL, "")))
    milliseconds = int(fraction[0].ljust(3, "0")) if fraction else 0
    return int(moment.timestamp()) * 1000 + milliseconds


def _moment(written: Any) -> datetime | None:
    found = _WRITTEN.match(str(written or ""))
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(number) for number in found.groups())
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    return moment if 1980 <= moment.year <= 2200 else None


def _stated_offset(written: Any) -> timedelta | None:
    found = re.match(r"([+-])(\d\d):(\d\d)", str(written or ""))
    if found is None or int(found[2]) > 14:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -offset if found[1] == "-" else offset


def _offset_from_gps(wall: datetime, gps: dict[int, Any]) -> timedelta | None:
    try:
        hours, minutes, seconds = (float(part) for part in gps[_GPS_TIME])
        day = datetime.strptime(str(gps[_GPS_DATE]), "%Y:%m:%d").replace(tzinfo=UTC)
        universal = day + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    distance = wall.replace(tzinfo=UTC) - universal
    rounded = round(distance / _QUARTER) * _QUARTER
    # A stale GPS fix is hours off at odd minutes; a true one is within two minutes.
    is_fresh = abs(distance - rounded) < timedelta(minutes=2)
    return rounded if is_fresh and abs(rounded) <= timedelta(hours=14) else None
