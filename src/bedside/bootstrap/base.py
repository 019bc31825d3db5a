"""The base of every domain: the database, the keys and the audit log."""

from dataclasses import dataclass

from bedside.adapters.keys_file import KeyFile
from bedside.audit import AuditLog
from bedside.audit.bindings import Bindings
from bedside.audit.looks import Looks
from bedside.bootstrap.own_checks import OwnChecks
from bedside.database import Database, connect, jobs, outbox, workers
from bedside.database.quiet_topics import QuietTopics
from bedside.database.sealed import MasterKey, Vault
from bedside.kernel import clock
from bedside.services.audit import AuditServices
from bedside.services.registered import Gauge, Registered
from bedside.settings import Settings


@dataclass(frozen=True, slots=True)
class Base:
    """Made first, from the settings alone."""

    settings: Settings
    database: Database
    master: MasterKey
    vault: Vault
    audit: AuditServices
    topics: QuietTopics

    def registered(self) -> Registered:
        """Return what it registers for the worker, /health and /metrics."""
        own = OwnChecks(self.settings, self.database)
        return Registered(
            sweeps={
                "events.forget": (60.0, self._forget_events),
                "topics.forget": (1800.0, self._forget_topics),
            },
            checks={
                "worker": own.worker,
                "jobs": own.jobs,
                "disk": own.disk,
                "address": own.address,
            },
            gauges={
                "bedside_jobs_due": Gauge("Jobs that no worker has taken yet.", self._due),
                "bedside_jobs_oldest_seconds": Gauge("Age of the oldest of them.", self._oldest),
                "bedside_jobs_given_up": Gauge("Jobs that were given up.", self._given_up),
                "bedside_worker_seen_seconds": Gauge(
                    "Time since a worker was last seen; -1 if none ever was.", self._worker_seen
                ),
                "bedside_disk_free_bytes": Gauge("Room for files and database.", self._free),
            },
        )

    async def _forget_events(self) -> None:
        await outbox.forget_old_events(self.database)

    async def _forget_topics(self) -> None:
        await self.topics.forget()

    async def _due(self) -> float:
        return (await jobs.due_jobs(self.database))[0]

    async def _oldest(self) -> float:
        return (await jobs.due_jobs(self.database))[1] / clock.SECOND

    async def _given_up(self) -> float:
        return len(await jobs.failed_jobs(self.database))

    async def _worker_seen(self) -> float:
        seen = await workers.last_seen(self.database)
        return (clock.now() - seen) / clock.SECOND if seen else -1.0

    async def _free(self) -> float:
        return OwnChecks(self.settings, self.database).free()


def base_of(settings: Settings) -> Base:
    """Make the base for these settings. The database is not connected yet."""
    database = connect(settings.url)
    master = KeyFile(settings.key_file)
    vault = Vault(database, master)
    log = AuditLog(database, vault)
    audit = AuditServices(log=log, looks=Looks(log), bindings=Bindings(database, vault, log))
    return Base(settings, database, master, vault, audit, QuietTopics(database))
