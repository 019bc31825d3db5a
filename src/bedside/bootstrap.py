"""Wires ports to adapters and services to each other. Nothing else knows which adapter runs."""

from bedside.adapters.blobs_local import LocalBlobs
from bedside.adapters.child_process import ChildExaminer
from bedside.adapters.clamd import ClamdScanner
from bedside.adapters.keys_file import KeyFile
from bedside.adapters.yara import BuiltInScanner
from bedside.audit import AuditLog
from bedside.charts.entries import Charts
from bedside.charts.live import LiveCharts
from bedside.charts.search import SearchIndex
from bedside.database import connect, outbox
from bedside.database.sealed import Vault
from bedside.errors import NotFound
from bedside.files import intake as file_jobs
from bedside.files.intake import Intake
from bedside.files.ports import Scanner
from bedside.files.repository import Repository
from bedside.files.retrieval import Retrieval
from bedside.files.uploads import Uploads
from bedside.kernel import clock
from bedside.people.clinics import Clinics
from bedside.people.passwords import Passwords
from bedside.people.patients import Patients
from bedside.people.permissions import Permissions, StaffAccess
from bedside.people.sessions import Sessions
from bedside.people.sign_in import SignIn
from bedside.people.staff import Staff
from bedside.people.teams import Teams
from bedside.people.throttling import Throttle
from bedside.realtime.bus import Bus
from bedside.realtime.topics import TopicKind, Topics
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
    permissions = Permissions(database, audit)
    search = SearchIndex(database, vault)
    charts = Charts(database, vault, audit, search)
    files = Repository(database, vault, LocalBlobs(settings.data / "files"))
    scanner = _scanner(settings)
    intake = Intake(database, vault, audit, charts, files, scanner, ChildExaminer())
    uploads = Uploads(database, vault, audit, files, intake)
    services = Services(
        settings=settings,
        database=database,
        vault=vault,
        audit=audit,
        clinics=clinics,
        patients=Patients(database, vault, audit),
        permissions=permissions,
        passwords=passwords,
        sessions=sessions,
        sign_in=SignIn(database, vault, audit, clinics, passwords, sessions, throttle),
        staff=Staff(database, vault, audit, passwords, sessions),
        teams=Teams(database, audit),
        charts=charts,
        search=search,
        files=files,
        intake=intake,
        uploads=uploads,
        retrieval=Retrieval(database, vault, audit, charts, files),
        scanner=scanner,
        bus=Bus(),
        topics=Topics(),
    )
    database.on_events(services.bus.publish)
    _add_jobs(services)
    _add_topics(services)
    services.badges["inbox"] = charts.unreviewed_count
    return services


def _scanner(settings: Settings) -> Scanner:
    return ClamdScanner(settings.clamd) if settings.clamd else BuiltInScanner()


def _add_jobs(services: Services) -> None:
    services.handlers[file_jobs.EXAMINE] = services.intake.examine
    services.handlers[file_jobs.DERIVE] = services.intake.derive
    services.sweeps["uploads.expire"] = (300.0, services.uploads.expire)
    services.sweeps["events.forget"] = (3600.0, lambda: _forget_events(services))


async def _forget_events(services: Services) -> None:
    async with services.database.unit_of_work() as work:
        await outbox.forget_old_events(work)


def _add_topics(services: Services) -> None:
    live = LiveCharts(services.database, services.charts)

    async def chart(access: object, patient_id: str) -> dict[str, object]:
        if not isinstance(access, StaffAccess):
            raise NotFound
        return await live.chart(await services.permissions.chart(access, patient_id))

    async def desk(access: object, clinic_id: str) -> dict[str, object]:
        if not isinstance(access, StaffAccess) or access.clinic_id != clinic_id:
            raise NotFound
        return await live.desk(access)

    services.topics.add(TopicKind("chart", chart))
    services.topics.add(TopicKind("desk", desk, filtered=True))
