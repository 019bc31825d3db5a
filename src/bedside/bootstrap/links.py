"""Wires links."""

from bedside.bootstrap.base import Base
from bedside.bootstrap.kinds import link_kinds
from bedside.bootstrap.people import PeopleParts
from bedside.links.service import Links


def links_of(base: Base, people: PeopleParts) -> Links:
    """Make the links that let a patient's device in, to whatever kind of subject."""
    audit = base.audit.log
    return Links(
        base.database,
        base.vault,
        audit,
        people.clinics,
        people.patients,
        link_kinds(audit, people.phone_numbers),
        people.hidden,
    )
