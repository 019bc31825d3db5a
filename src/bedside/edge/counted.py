"""Sentences about a number that only a page's script knows."""

from typing import Any

from bedside.kernel.language import ngettext

_LAST = 199
"""No language looks further back than the last two digits of a number, and some tell those below
one hundred from the same digits above."""


def counted(one: str, many: str, last: int = _LAST) -> dict[str, Any]:
    """Return the forms of a sentence with “%(count)s” in this language, and for 0, 1, 2 … `last`
    which of them to take: each language counts in its own way. web/components/counted.ts reads
    it."""
    each_number = [ngettext(one, many, count) for count in range(last + 1)]
    forms = list(dict.fromkeys(each_number))
    which = [forms.index(form) for form in each_number]
    return {"forms": [form % {"count": "{count}"} for form in forms], "which": which}
