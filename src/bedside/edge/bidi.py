"""Names in another direction than the sentence around them.

“Next: عبد الرحمن · 3 waits” would show the 3 before the name: digits and signs that follow a name
in Arabic or Hebrew go along with it, unless it is isolated (Unicode Standard Annex 9). On a page
from right to left, Latin names and addresses need the same, and “+46 8 555 01 00” would stand
there as “00 01 555 8 46+”.
"""

from collections.abc import Callable
from typing import Any
from unicodedata import bidirectional

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from bedside.kernel import language

_FIRST_STRONG_ISOLATE = "\u2068"
_POP_ISOLATE = "\u2069"


def isolated(value: Any) -> Any:
    """Return a text that may run in another direction than the page as an isolate, anything else
    as it is."""
    if not isinstance(value, str) or not _may_turn(value):
        return value
    kind = Markup if isinstance(value, Markup) else str
    return kind(_FIRST_STRONG_ISOLATE) + value + kind(_POP_ISOLATE)


def _may_turn(text: str) -> bool:
    if language.direction() == "rtl":
        return bool(text) and not text.isdecimal()
    return not text.isascii() and any(bidirectional(one) in ("R", "AL") for one in text)


def isolating(translate: Callable[..., str]) -> Callable[..., str]:
    """Return Jinja's gettext or ngettext, with the values that it fills in isolated."""

    @pass_context
    def translated(context: Context, *texts: Any, **values: Any) -> str:
        return translate(context, *texts, **{name: isolated(one) for name, one in values.items()})

    return translated
