"""Displays a number by its format in a table (ECMA-376, 18.8.31), as far as it changes what a
reader understands: percent, decimals, thousands, text around it, durations.

Two things depend on the computer that displays a table, and are therefore displayed in the form
that cannot be misread: dates as year-month-day (the library that reads them does so), and numbers
without signs between thousands.
"""

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal

BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"},
    **{11: "0.00E+00", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"},
    **{48: "##0.0E+0", 49: "@"},
}
"""Formats that a file names by number only."""
# A format code has 255 characters at most.
_SECTIONS = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]{0,255}+\]|[^;"\\\[])+')
_LITERAL = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]{0,255}+)(?:-[^\]]{0,255}+)?\]|\[[^\]]{0,255}+\]'
)
_PRIVATE = 0xE000  # characters that stand for literals while the digits are replaced
_DIGITS = re.compile(
    r"(?:\.[#0?]+|[#0?](?:[#0?,]*[#0?])?(?:\.[#0?]*)?,*)(?:E[+-]0+)?", re.IGNORECASE
)


def plain(value: object) -> str:
    """Display a value that has no format of its own."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _general(value)
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    return str(value)


def _general(value: float) -> str:
    """Display 15 digits at most, as tables do."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def _duration(value: datetime.timedelta) -> str:
    seconds = round(abs(value.total_seconds()))
    sign = "-" if value.total_seconds() < 0 else ""
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{sign}{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def formatted(value: float, code: str) -> str:
    """Display a number by a format code; as it is if the code is beyond what is understood."""
    sections: list[str] = _SECTIONS.findall(code) or [code]
    section = sections[0]
    if value < 0 and len(sections) > 1:
        section, value = sections[1], -value
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if section.strip().lower() in {"general", "@", ""} or re.search(r"\[[<>=]", code):
        return _general(value)
    pieces: list[str] = []

    def keep(found: re.Match[str]) -> str:
        pieces.append(found[1] or found[2] or found[3] or "")
        return chr(_PRIVATE + len(pieces) - 1)

    bare = _LITERAL.sub(keep, section)
    digits = re.search(_DIGITS, bare)
    if digits is None or re.search(r"[/ymdhs]", bare, re.IGNORECASE):
        return _general(value)
    if re.search(r"[#0?.]", bare[: digits.start()] + bare[digits.end() :]):
        return _general(value)  # digits in several places: better plain than wrong
    shown = _digits(value * 100 ** bare.count("%"), digits[0])
    text = bare[: digits.start()] + shown + bare[digits.end() :]
    return "".join(_literal(letter, pieces) for letter in text).strip()


def _literal(letter: str, pieces: list[str]) -> str:
    number = ord(letter) - _PRIVATE
    return pieces[number] if 0 <= number < len(pieces) else letter


def _digits(value: float, code: str) -> str:
    place = code.upper().find("E")
    mantissa, exponent = (code[:place], code[place:]) if place >= 0 else (code, "")
    whole, _, decimals = mantissa.partition(".")
    scaled = Decimal(repr(value)) / 1000 ** (len(mantissa) - len(mantissa.rstrip(",")))
    places = len(decimals.rstrip(","))
    if exponent:
        return f"{scaled:.{places}E}"
    rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:f}"
    optional = len(decimals) - len(decimals.rstrip("#?"))
    for _ in range(optional):
        text = text[:-1] if text.endswith("0") else text
    needed = whole.replace(",", "").count("0")
    sign = "-" if text.startswith("-") else ""
    before, _, behind = text.removeprefix("-").rstrip(".").partition(".")
    return sign + before.rjust(needed, "0") + (f".{behind}" if behind else "")
