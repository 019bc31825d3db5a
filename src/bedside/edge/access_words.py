"""Words about accesses to a record: who looked, in which role, and why."""

from bedside.audit.actors import ActorKind
from bedside.edge.formats import day_of
from bedside.edge.shell import ROLE_NAMES
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.roles import Role
from bedside.sharing.accesses import Access, Reason, Why

_NOBODY = {
    ActorKind.STAFF: N_("A former member of staff"),
    ActorKind.PROXY: N_("Somebody whom you let in"),
    ActorKind.GUEST: N_("A guest"),
    ActorKind.UNKNOWN: N_("Somebody who was not signed in"),
}
_REASONS = {
    Why.REQUEST: N_("The clinic asked you for something"),
    Why.SHARED: N_("You made a link to these files"),
    Why.LET_IN: N_("You let this person in"),
    Why.ASSIGNED: N_("Looks after you personally"),
    Why.REFUSED: N_("Nothing was shown"),
    Why.UNKNOWN: N_("No reason is recorded"),
}


def who_looked(access: Access) -> str:
    """Return the name of whoever looked, as far as there is one."""
    return access.name or _(_NOBODY.get(access.kind, _NOBODY[ActorKind.UNKNOWN]))


def role_of(role: str) -> str:
    """Return a role in words; "" for none."""
    return _(ROLE_NAMES[Role(role)]) if role in set(Role) else ""


def why_looked(reason: Reason, zone: str) -> str:
    """Return the reason of a look, for the patient."""
    match reason.why:
        case Why.EMERGENCY:
            return _("Emergency access. The reason given: {reason}").format(reason=reason.text)
        case Why.VISIT:
            return _("Your visit on {day}").format(day=day_of(reason.at, zone))
        case Why.TEAM:
            return _("Looks after you: {team}").format(team=reason.text)
        case _:
            return _(_REASONS[reason.why])
