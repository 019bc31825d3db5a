"""Wires ports to adapters and services to each other. Nothing else knows which adapter runs."""

from bedside.adapters.keys_file import KeyFile
from bedside.audit import AuditLog
from bedside.database import connect
from bedside.database.sealed import Vault
from bedside.kernel import clock
from bedside.people.clinics import Clinics
from bedside.people.passwords import Passwords
from bedside.people.patients import Patients
from bedside.people.permissions import Permissions
from bedside.people.sessions import Sessions
from bedside.people.sign_in import SignIn
from bedside.people.staff import Staff
from bedside.people.teams import Teams
from bedside.people.throttling import Throttle
from bedside.services import Services
from bedside.settings import Settings


def build(settings: Settings) -> Services:
    """All services for these settings. The database is connected by `services.database.open()`."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = connect(settings.url)
    vault = Vault(database, KeyFile.create(settings.key_file))
    audit = AuditLog(database, vault)
    clinics = Clinics(database, vault, audit)
    passwords = Passwords()
    sessions = Sessions(
        database,
        vault,
        audit,
        idle=settings.session_idle_minutes * clock.MINUTE,
        longest=settings.session_hours * clock.HOUR,
    )
    throttle = Throttle(database, vault)
    return Services(
        settings=settings,
        database=database,
        vault=vault,
        audit=audit,
        clinics=clinics,
        patients=Patients(database, vault, audit),
        permissions=Permissions(database, audit),
        passwords=passwords,
        sessions=sessions,
        sign_in=SignIn(database, vault, audit, clinics, passwords, sessions, throttle),
        staff=Staff(database, vault, audit, passwords, sessions),
        teams=Teams(database, audit),
    )
