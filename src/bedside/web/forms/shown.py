"""The fields of a form as pages show them: by page, with what is typed and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from bedside.files.pdf_forms import FieldKind, FormField, PdfForm
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.requests.forms.checking import written
from bedside.requests.forms.texts import names_of

PICTURED = 20
"""Pages that have pictures."""
_FEW, _MANY = 15, 30
"""Fields up to which pages stay together, and from which one is divided."""


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field: its name, a hint, what is typed, and what is wrong with it, or ""."""

    field: FormField
    label: str
    hint: str
    values: tuple[str, ...]
    error: str

    @property
    def value(self) -> str:
        """The first value, or ""."""
        return self.values[0] if self.values else ""


@dataclass(frozen=True, slots=True)
class ShownPage:
    """The fields of one page of the PDF, or some of them."""

    number: int
    is_pictured: bool
    fields: tuple[ShownField, ...]


Part = tuple[FormField, ...]
"""Fields that are filled in at once."""


def parts_of(form: PdfForm) -> list[Part]:
    """Return the parts in which a form is filled in: the pages of the PDF; small ones together,
    and large ones in several parts, so that nobody loses their way on a phone."""
    parts: list[Part] = []
    for _number, fields in groupby(sorted(form.fields, key=_page), key=_page):
        page = tuple(fields)
        if parts and len(parts[-1]) + len(page) <= _FEW:
            parts[-1] += page
            continue
        count = -(-len(page) // _MANY)
        each = -(-len(page) // count)
        parts += [page[start : start + each] for start in range(0, len(page), each)]
    return parts


def _page(one: FormField) -> int:
    return one.page


def part_with(parts: list[Part], problems: Mapping[str, str]) -> int:
    """Return the number of the first part in which something is wrong; 0 if nothing is."""
    wrong = (at for at, part in enumerate(parts, 1) if any(one.key in problems for one in part))
    return next(wrong, 0)


def pages_shown(
    form: PdfForm,
    part: Part,
    values: Mapping[str, tuple[str, ...]],
    problems: Mapping[str, str],
) -> list[ShownPage]:
    """Return the fields of a part, by their pages."""
    names = names_of(form)
    by_page: dict[int, list[ShownField]] = {}
    for one in part:
        shown = ShownField(
            one,
            names[one.key],
            _hint(one),
            values.get(one.key, ()),
            problems.get(one.key, ""),
        )
        by_page.setdefault(one.page, []).append(shown)
    return [
        ShownPage(number, number <= PICTURED, tuple(fields))
        for number, fields in sorted(by_page.items())
    ]


def _hint(one: FormField) -> str:
    if one.kind is FieldKind.SIGNATURE:
        return _(
            "Sign by typing your full name. To sign by hand, use paper: the link is at the end."
        )
    if one.date_format:
        return _("For example %(format)s") % {"format": written(one.date_format)}
    if one.calculated:
        return _("The PDF works this out by itself, which it cannot do here. Please fill it in.")
    if one.longest and one.kind in (FieldKind.TEXT, FieldKind.LINES):
        said = ngettext("Up to %(count)s character", "Up to %(count)s characters", one.longest)
        return said % {"count": one.longest}
    return ""
