"""Names in another direction than the sentence around them.

“Next: عبد الرحمن · 3 waits” would show the 3 before the name: digits and signs that follow a name
in Arabic or Hebrew go along with it, unless it is isolated (Unicode Standard Annex 9).
"""

from collections.abc import Callable
from typing import Any
from unicodedata import bidirectional

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

_FIRST_STRONG_ISOLATE = "\u2068"
_POP_ISOLATE = "\u2069"


def isolated(value: Any) -> Any:
    """Return a text that is written from right to left as an isolate, anything else as it is."""
    if not isinstance(value, str) or value.isascii():
        return value
    if not any(bidirectional(one) in ("R", "AL") for one in value):
        return value
    kind = Markup if isinstance(value, Markup) else str
    return kind(_FIRST_STRONG_ISOLATE) + value + kind(_POP_ISOLATE)


def isolating(translate: Callable[..., str]) -> Callable[..., str]:
    """Return Jinja's gettext or ngettext, with the values that it fills in isolated."""

    @pass_context
    def translated(context: Context, *texts: Any, **values: Any) -> str:
        return translate(context, *texts, **{name: isolated(one) for name, one in values.items()})

    return translated
