"""The words for relations and levels."""

from bedside.accounts.levels import Level, Relation
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _

RELATIONS = {
    Relation.CARER: N_("Somebody I trust"),
    Relation.PARENT: N_("Parent of a child"),
    Relation.GUARDIAN: N_("Legal guardian"),
}
LEVELS = {
    Level.LIMITED: N_("Messages and forms"),
    Level.FULL: N_("Messages, forms, files, and who opened them"),
}


def relations() -> list[tuple[str, str]]:
    """Return the choices of staff; patients let in somebody whom they trust."""
    return [(str(key), _(name)) for key, name in RELATIONS.items()]


def levels() -> list[tuple[str, str]]:
    """Return the choices of a form."""
    return [(str(key), _(name)) for key, name in LEVELS.items()]
