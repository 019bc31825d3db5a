"""All services of the product in one place, for those who serve people: web, API and worker."""

from dataclasses import dataclass

from bedside.audit import AuditLog
from bedside.database import Database
from bedside.database.sealed import Vault
from bedside.people.clinics import Clinics
from bedside.people.patients import Patients
from bedside.people.permissions import Permissions
from bedside.settings import Settings


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
