"""Checking what somebody has filled into a form, and how it will stand in the PDF."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from bedside.files.pdf_forms import LONGEST_VALUE, FieldKind, FormField, PdfForm
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.kernel.typed import one_line, several_lines

_PART = re.compile(r"d{1,2}|m{1,4}|y{2,4}")
_NUMBER = re.compile(r"\d{1,4}")
Shown = Callable[[str], str]
"""Returns an answer in the letters in which the PDF shows it."""
_LISTS = (FieldKind.ONE_OF, FieldKind.CHOICE, FieldKind.SOME_OF)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An answer whose letters the PDF cannot show, and how it stands there."""

    field: FormField
    typed: str
    shown: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers as they are kept, and what is wrong with them: sentences by the keys of fields."""

    answers: dict[str, tuple[str, ...]]
    problems: dict[str, str]
    rewritten: tuple[Rewritten, ...]


def cleaned(form: PdfForm, given: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return what was filled in, without what no field takes."""
    kept: dict[str, tuple[str, ...]] = {}
    for one in form.fields:
        values = tuple(_clean(one, value) for value in given.get(one.key, ()))
        values = tuple(value for value in values if value)
        kept[one.key] = values if one.kind is FieldKind.SOME_OF else values[:1]
    return kept


def _clean(one: FormField, value: str) -> str:
    if one.kind in _LISTS:
        return value if value in dict(one.options) else ""
    if one.kind is FieldKind.TICK:
        return "yes" if value else ""
    words = several_lines(value) if one.kind is FieldKind.LINES else one_line(value)
    return normalize("NFC", words)[:LONGEST_VALUE]


def checked(form: PdfForm, given: Mapping[str, Sequence[str]], shown: Shown) -> Checked:
    """Check everything that was filled in."""
    answers = cleaned(form, given)
    problems: dict[str, str] = {}
    rewritten: list[Rewritten] = []
    for one in form.fields:
        values = answers[one.key]
        problem = _problem(one, values, given.get(one.key, ()), shown)
        if problem:
            problems[one.key] = problem
        elif values and one.kind not in (*_LISTS, FieldKind.TICK):
            in_pdf = shown(values[0])
            if in_pdf != values[0]:
                rewritten.append(Rewritten(one, values[0], in_pdf))
    return Checked(answers, problems, tuple(rewritten))


def _problem(one: FormField, values: tuple[str, ...], given: Sequence[str], shown: Shown) -> str:
    if not values:
        return _missing(one) if one.required else ""
    if one.kind in (*_LISTS, FieldKind.TICK):
        return ""
    said = values[0]
    if len(normalize("NFC", "".join(given))) > LONGEST_VALUE + 500:
        return _("Please shorten this to at most %(longest)s characters.") % {
            "longest": LONGEST_VALUE
        }
    if one.longest and max(len(said), len(shown(said))) > one.longest:
        return _too_long(one, said, shown(said))
    if one.date_format and not is_date(said, one.date_format):
        return _("Please enter a date like %(format)s.") % {"format": written(one.date_format)}
    return ""


def _too_long(one: FormField, said: str, in_pdf: str) -> str:
    if len(said) <= one.longest:
        return _(
            "The PDF can only show this in Latin letters, as “%(shown)s”, and has room for "
            "%(count)s. Please write it in Latin letters yourself, or use paper."
        ) % {"shown": in_pdf, "count": one.longest}
    room = ngettext(
        "The form has room for %(count)s character here. This has %(length)s.",
        "The form has room for %(count)s characters here. This has %(length)s.",
        one.longest,
    )
    return room % {"count": one.longest, "length": len(said)}


def _missing(one: FormField) -> str:
    if one.kind is FieldKind.TICK:
        return _("Please tick this box, or use paper if you do not agree.")
    if one.kind in _LISTS:
        return _("Please choose one.")
    if one.kind is FieldKind.SIGNATURE:
        return _("Please type your full name here to sign.")
    return _("Please fill this in.")


def for_fields(form: PdfForm, answers: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return answers by the names that their fields have in the PDF."""
    return {one.name: answers.get(one.key, ()) for one in form.fields}


# --- dates ----------------------------------------------------------------------------------------


def is_date(said: str, wanted: str) -> bool:
    """Whether a text is a day in the order of day, month and year that a form wants. Forms with
    names of months, or times, take anything."""
    order = [part[0] for part in _PART.findall(wanted.lower())]
    numbers = _NUMBER.findall(said)
    if "mmm" in wanted.lower() or "h" in wanted.lower() or sorted(order) != ["d", "m", "y"]:
        return True
    if len(numbers) != 3:
        return False
    found = dict(zip(order, map(int, numbers), strict=True))
    year = found["y"] + 2000 if found["y"] < 100 else found["y"]
    try:
        date(year, found["m"], found["d"])
    except ValueError:
        return False
    return True


def written(wanted: str) -> str:
    """Return the format of a date as people write it, e.g. “DD.MM.YYYY”."""
    names = {"y": _("YYYY"), "m": _("MM"), "d": _("DD")}
    return _PART.sub(lambda part: names[part[0][0]], wanted.lower())
