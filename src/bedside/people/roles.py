"""Roles of staff, and what each may do."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is at the clinic."""

    ADMINISTRATOR = "administrator"
    CLINICIAN = "clinician"
    STAFF = "staff"


class May(StrEnum):
    """What a role can allow."""

    ADMINISTER = "administer"
    SEE_AUDIT = "see_audit"
    SEE_CHARTS = "see_charts"
    """Of the patients one is assigned to."""
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
