"""The base of every domain: the database, the keys and the audit log."""

from dataclasses import dataclass

from bedside.adapters.keys_file import KeyFile
from bedside.audit import AuditLog
from bedside.audit.bindings import Bindings
from bedside.audit.looks import Looks
from bedside.database import Database, connect, jobs, outbox
from bedside.database.sealed import MasterKey, Vault
from bedside.services.audit import AuditServices
from bedside.services.registered import Registered
from bedside.settings import Settings


@dataclass(frozen=True, slots=True)
class Base:
    """Made first, from the settings alone."""

    settings: Settings
    database: Database
    master: MasterKey
    vault: Vault
    audit: AuditServices

    def registered(self) -> Registered:
        """Return what it registers for the worker and /health."""
        return Registered(
            sweeps={"events.forget": (60.0, self._forget_events)},
            checks={"jobs": self._jobs_state},
        )

    async def _forget_events(self) -> None:
        async with self.database.unit_of_work() as work:
            await outbox.forget_old_events(work)

    async def _jobs_state(self) -> str:
        return "some were given up" if await jobs.failed_jobs(self.database) else "ok"


def base_of(settings: Settings) -> Base:
    """Make the base for these settings. The database is not connected yet."""
    database = connect(settings.url)
    master = KeyFile(settings.key_file)
    vault = Vault(database, master)
    log = AuditLog(database, vault)
    audit = AuditServices(log=log, looks=Looks(log), bindings=Bindings(database, vault, log))
    return Base(settings, database, master, vault, audit)
