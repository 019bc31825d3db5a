"""The fields of a form as pages show them: by page, with what is typed and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from bedside.files.pdf_forms import FieldKind, FormField, PdfForm
from bedside.kernel.language import gettext as _
from bedside.requests.forms.checking import written
from bedside.requests.forms.texts import name_of

PICTURED = 20
"""Pages that have pictures."""


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
    """The fields of one page of the PDF."""

    number: int
    is_pictured: bool
    fields: tuple[ShownField, ...]


def pages_shown(
    form: PdfForm, values: Mapping[str, tuple[str, ...]], problems: Mapping[str, str]
) -> list[ShownPage]:
    """Return the pages that have fields."""
    by_page: dict[int, list[ShownField]] = {}
    for one in form.fields:
        shown = ShownField(
            one,
            name_of(one.label, one.number),
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
    if one.longest and one.kind in (FieldKind.TEXT, FieldKind.LINES):
        return _("Up to %(count)s characters") % {"count": one.longest}
    return ""
