"""Roles of staff, and what each may do."""

from enum import StrEnum


class Role(StrEnum):
    """The roles at a clinic."""

    ADMINISTRATOR = "administrator"
    CLINICIAN = "clinician"
    STAFF = "staff"


class May(StrEnum):
    """The rights a role can grant."""

    ADMINISTER = "administer"
    SEE_AUDIT = "see_audit"
    SEE_CHARTS = "see_charts"
    """Of assigned patients only."""
    SEND_REQUESTS = "send_requests"
    ADD_PATIENTS = "add_patients"


_CARE = frozenset({May.SEE_CHARTS, May.SEND_REQUESTS, May.ADD_PATIENTS})

ALLOWED: dict[Role, frozenset[May]] = {
    Role.ADMINISTRATOR: frozenset({May.ADMINISTER, May.SEE_AUDIT, *_CARE}),
    Role.CLINICIAN: _CARE,
    Role.STAFF: _CARE,
}


def allows(role: Role, what: May) -> bool:
    """Whether people of this role may do this at all."""
    return what in ALLOWED[role]
