"""A clinic's options for the patient's app."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from bedside.people.options import Options


class Group(StrEnum):
    """A group of proxies for which a clinic chooses the categories of files that they do not
    see."""

    OF_CHILD = "of_child"
    """Parents of a child."""
    OF_TEENAGER = "of_teenager"
    """Parents of a young person, who see the record in part."""
    GUARDIAN = "guardian"
    CARER = "carer"
    """Somebody whom the patient has chosen."""


_SENSITIVE = ("sexual_health", "mental_health")


class AccountOptions(Options):
    """Options of accounts. The ages are those at which what a proxy sees of a child changes."""

    app_idle_days: int = Field(default=90, ge=1, le=400)
    """Days after which a device that nobody used has to sign in again."""
    child_until: int = Field(default=12, ge=0, le=21)
    """The age from which parents see a young person's record in part."""
    adult_from: int = Field(default=18, ge=12, le=25)
    """The age at which a parent's access ends."""
    proxy_months: int = Field(default=18, ge=1, le=120)
    """Months after which an adult's proxy ends, unless the patient renews it."""
    unseen_categories: Mapping[Group, tuple[str, ...]] = {
        Group.OF_CHILD: (),
        Group.OF_TEENAGER: _SENSITIVE,
        Group.GUARDIAN: (),
        Group.CARER: _SENSITIVE,
    }
    """Categories of files that proxies do not see unless somebody shows them one."""
