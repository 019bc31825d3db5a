"""The words for relations and levels."""

from collections.abc import Collection

from bedside.accounts.levels import Level, Relation
from bedside.accounts.options import Group
from bedside.charts.categories import LABELS
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

GROUPS = {
    Group.OF_CHILD: N_("parents of children"),
    Group.OF_TEENAGER: N_("parents of young people"),
    Group.GUARDIAN: N_("legal guardians"),
    Group.CARER: N_("people whom the patient has let in"),
}


def relations() -> list[tuple[str, str]]:
    """Return the choices of staff; patients let in somebody whom they trust."""
    return [(str(key), _(name)) for key, name in RELATIONS.items()]


def categories(keys: Collection[str]) -> list[str]:
    """Return categories of files in words, in the order of all lists."""
    return [_(label) for key, label in LABELS.items() if key in keys]


def levels() -> list[tuple[str, str]]:
    """Return the choices of a form."""
    return [(str(key), _(name)) for key, name in LEVELS.items()]
