"""Waiting times in words."""

from bedside.errors import BedsideError, TooMany
from bedside.kernel.language import gettext, ngettext
from bedside.people.throttling import Stopped

_IN_SECONDS = 90
"""From this many seconds on, minutes are used."""


def sentence_of(error: BedsideError) -> str:
    """Return the sentence of a failure, with the time after which to try again if known."""
    if not isinstance(error, TooMany) or isinstance(error, Stopped):
        return gettext(error.sentence)
    too_many = gettext("Too many tries.")
    return f"{too_many} {wait_of(error.retry_after)}"


def wait_of(seconds: int) -> str:
    """Return when to try again."""
    if seconds < _IN_SECONDS:
        said = ngettext(
            "You can try again in %(num)s second.", "You can try again in %(num)s seconds.", seconds
        )
        return said % {"num": seconds}
    minutes = -(-seconds // 60)
    said = ngettext(
        "You can try again in %(num)s minute.", "You can try again in %(num)s minutes.", minutes
    )
    return said % {"num": minutes}
