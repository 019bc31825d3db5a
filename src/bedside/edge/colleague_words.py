"""Where colleagues are, in words."""

from collections.abc import Sequence

from bedside.colleagues.presence import Colleague, Whereabouts
from bedside.kernel.language import N_, gettext, ngettext

_NAMES = {
    Whereabouts.HERE: N_("Available"),
    Whereabouts.IN_CALL: N_("In a call"),
    Whereabouts.DO_NOT_DISTURB: N_("Do not disturb"),
    Whereabouts.AWAY: N_("Away"),
}
_BEHIND_NAMES = {
    Whereabouts.IN_CALL: N_("%(name)s (in a call)"),
    Whereabouts.DO_NOT_DISTURB: N_("%(name)s (do not disturb)"),
    Whereabouts.AWAY: N_("%(name)s (away)"),
}
_MOST_NAMES = 3


def whereabouts_of(one: Colleague) -> str:
    """Return where a colleague is, as a label."""
    return gettext(_NAMES[one.state])


def named(one: Colleague) -> str:
    """Return a colleague's name, with the state of whoever is not simply there."""
    if one.state is Whereabouts.HERE:
        return one.name
    return gettext(_BEHIND_NAMES[one.state]) % {"name": one.name}


def who_is_here(people: Sequence[Colleague]) -> str:
    """Return who has a room open now, as a sentence: “Dr Meyer, Nurse Berg are here”."""
    if not people:
        return gettext("Nobody has it open")
    names = [named(one) for one in people[:_MOST_NAMES]]
    more = len(people) - len(names)
    if more:
        names.append(ngettext("%(num)s more", "%(num)s more", more) % {"num": more})
    said = ngettext("%(names)s is here", "%(names)s are here", len(people))
    return said % {"names": ", ".join(names)}
