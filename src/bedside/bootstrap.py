"""Wires ports to adapters and services to each other. Nothing else knows which adapter runs."""

from bedside.adapters.keys_file import KeyFile
from bedside.audit import AuditLog
from bedside.database import connect
from bedside.database.sealed import Vault
from bedside.people.clinics import Clinics
from bedside.people.patients import Patients
from bedside.people.permissions import Permissions
from bedside.services import Services
from bedside.settings import Settings


def build(settings: Settings) -> Services:
    """All services for these settings. The database is connected by `services.database.open()`."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = connect(settings.url)
    vault = Vault(database, KeyFile.create(settings.key_file))
    audit = AuditLog(database, vault)
    return Services(
        settings=settings,
        database=database,
        vault=vault,
        audit=audit,
        clinics=Clinics(database, vault, audit),
        patients=Patients(database, vault, audit),
        permissions=Permissions(database, audit),
    )
