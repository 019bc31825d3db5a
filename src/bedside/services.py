"""All services of the product in one place, for those who serve people: web, API and worker."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bedside.audit import AuditLog
from bedside.database import Database
from bedside.database.sealed import Vault
from bedside.people.clinics import Clinics
from bedside.people.passwords import Passwords
from bedside.people.patients import Patients
from bedside.people.permissions import Permissions, StaffAccess
from bedside.people.sessions import Sessions
from bedside.people.sign_in import SignIn
from bedside.people.staff import Staff
from bedside.people.teams import Teams
from bedside.settings import Settings

CountBadge = Callable[[StaffAccess], Awaitable[int]]
"""How many things wait for a person in one section of the console."""


@dataclass(slots=True)
class Services:
    """What bootstrap has wired together."""

    settings: Settings
    database: Database
    vault: Vault
    audit: AuditLog
    clinics: Clinics
    patients: Patients
    permissions: Permissions
    passwords: Passwords
    sessions: Sessions
    sign_in: SignIn
    staff: Staff
    teams: Teams
    badges: dict[str, CountBadge] = field(default_factory=dict[str, CountBadge])
    """By the key of a section of the rail (`web.signed_in.SECTIONS`)."""
