"""Wires ports to adapters and services to each other. Nothing else knows which adapter runs."""

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette

from bedside.adapters.blobs_local import LocalBlobs
from bedside.adapters.child_process import ChildExaminer
from bedside.adapters.clamd import ClamdScanner
from bedside.adapters.email import SmtpMail
from bedside.adapters.keys_file import KeyFile
from bedside.adapters.local_outbox import LocalOutbox
from bedside.adapters.sms import TwilioSms
from bedside.adapters.yara import BuiltInScanner
from bedside.audit import AuditLog
from bedside.audit.looks import Looks
from bedside.charts.entries import Charts
from bedside.charts.inbox import Inbox
from bedside.charts.live import LiveCharts
from bedside.charts.search import SearchIndex
from bedside.database import connect, outbox
from bedside.database.sealed import Vault
from bedside.errors import NotFound
from bedside.files import intake as file_jobs
from bedside.files.intake import Intake
from bedside.files.ports import Examiner, Scanner
from bedside.files.repository import Repository
from bedside.files.retrieval import Retrieval
from bedside.files.uploads import Uploads
from bedside.kernel import clock
from bedside.notifications import dispatcher as notification_jobs
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.messages import Messages
from bedside.notifications.ports import Channel, Gateway
from bedside.people.assignments import Assignments
from bedside.people.clinics import Clinics
from bedside.people.links import Links
from bedside.people.passkeys import Passkeys
from bedside.people.passwords import Passwords
from bedside.people.patients import Patients
from bedside.people.permissions import LinkAccess, Permissions, StaffAccess
from bedside.people.second_factors import SecondFactors
from bedside.people.sessions import Sessions
from bedside.people.set_up import SetUp
from bedside.people.sign_in import SignIn
from bedside.people.staff import Staff
from bedside.people.teams import Teams
from bedside.people.throttling import Throttle
from bedside.realtime.bus import Bus
from bedside.realtime.topics import TopicKind, Topics
from bedside.requests import filing as request_jobs
from bedside.requests import photo_requests as reminder_jobs
from bedside.requests.answers import PhotoAnswers
from bedside.requests.filing import Filing
from bedside.requests.lists import RequestLists
from bedside.requests.photo_requests import PhotoRequests
from bedside.services import Services
from bedside.settings import Settings
from bedside.web.app import Companion, create_app
from bedside.worker.run import Worker

Wrappers = tuple[Callable[[Scanner], Scanner], Callable[[Examiner], Examiner]]


def build(settings: Settings, *, remember: Wrappers | None = None) -> Services:
    """All services for these settings. The database is connected by `services.database.open()`.

    `remember` puts something in front of scanner and examiner, as the demonstration's seed does.
    """
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
    sign_in = SignIn(database, vault, audit, clinics, passwords, sessions, throttle)
    permissions = Permissions(database, audit)
    search = SearchIndex(database, vault)
    charts = Charts(database, vault, audit, search)
    files = Repository(database, vault, LocalBlobs(settings.data / "files"))
    scanner = _scanner(settings)
    examiner: Examiner = ChildExaminer()
    if remember:
        scanner, examiner = remember[0](scanner), remember[1](examiner)
    intake = Intake(database, vault, audit, charts, files, scanner, examiner)
    uploads = Uploads(database, vault, audit, files, intake)
    retrieval = Retrieval(database, vault, audit, charts, files)
    patients = Patients(database, vault, audit)
    staff = Staff(database, vault, audit, passwords, sessions)
    teams = Teams(database, audit)
    links = Links(database, audit, clinics, patients)
    gateways, local = _gateways(settings)
    dispatcher = Dispatcher(database, vault, audit, gateways, local)
    photo_requests = PhotoRequests(
        database, vault, audit, clinics, patients, staff, links, dispatcher, settings.base_url
    )
    filing = Filing(database, vault, audit, clinics, links, intake, uploads, retrieval, dispatcher)
    dispatcher.tell(photo_requests.delivery_changed)
    services = Services(
        settings=settings,
        database=database,
        vault=vault,
        audit=audit,
        looks=Looks(audit),
        clinics=clinics,
        patients=patients,
        permissions=permissions,
        passwords=passwords,
        sessions=sessions,
        sign_in=sign_in,
        second_factors=SecondFactors(database, vault, audit, clinics, sessions, sign_in),
        passkeys=Passkeys(database, audit, clinics, sign_in, throttle, settings.base_url),
        staff=staff,
        teams=teams,
        set_up=SetUp(
            database,
            clinics,
            staff,
            teams,
            passwords,
            code_file=settings.data / "set-up-code",
            key_file=settings.key_file,
        ),
        assignments=Assignments(database, audit),
        charts=charts,
        inbox=Inbox(database, vault),
        search=search,
        files=files,
        intake=intake,
        uploads=uploads,
        retrieval=retrieval,
        scanner=scanner,
        links=links,
        dispatcher=dispatcher,
        messages=Messages(database, vault, audit, patients),
        photo_requests=photo_requests,
        photo_answers=PhotoAnswers(
            database, vault, audit, clinics, links, intake, uploads, retrieval, filing
        ),
        request_lists=RequestLists(database, vault, audit, patients),
        bus=Bus(),
        topics=Topics(),
    )
    database.on_events(services.bus.publish)
    _add_jobs(services)
    _add_request_jobs(services, filing)
    _add_topics(services)
    services.badges["inbox"] = charts.unreviewed_count
    services.badges["requests"] = services.request_lists.waiting
    return services


def _scanner(settings: Settings) -> Scanner:
    return ClamdScanner(settings.clamd) if settings.clamd else BuiltInScanner()


def _add_jobs(services: Services) -> None:
    services.handlers[file_jobs.EXAMINE] = services.intake.examine
    services.handlers[file_jobs.DERIVE] = services.intake.derive
    services.sweeps["uploads.expire"] = (300.0, services.uploads.expire)
    services.sweeps["events.forget"] = (3600.0, lambda: _forget_events(services))


def _gateways(settings: Settings) -> tuple[dict[Channel, Gateway], frozenset[Channel]]:
    """What carries messages, and the channels that stay in the local outbox."""
    gateways: dict[Channel, Gateway] = {}
    if settings.smtp_url:
        gateways[Channel.EMAIL] = SmtpMail(settings.smtp_url, settings.mail_from)
    if settings.twilio_url:
        gateways[Channel.SMS] = TwilioSms(
            settings.twilio_url,
            settings.twilio_account,
            settings.twilio_token,
            settings.sms_from,
        )
    local = frozenset(channel for channel in Channel if channel not in gateways)
    for channel in local:
        gateways[channel] = LocalOutbox(channel)
    return gateways, local


def _add_request_jobs(services: Services, filing: Filing) -> None:
    services.handlers[notification_jobs.DELIVER] = services.dispatcher.deliver
    services.handlers[reminder_jobs.REMIND] = services.photo_requests.remind
    services.handlers[request_jobs.SETTLE] = filing.settle_later
    services.handlers[request_jobs.EXPIRE] = filing.expire
    services.handlers[request_jobs.CLEAR_UP] = filing.clear_up


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

    async def request(access: object, request_id: str) -> dict[str, object]:
        if not isinstance(access, LinkAccess) or access.subject_id != request_id:
            raise NotFound
        return await services.photo_answers.snapshot(access)

    services.topics.add(TopicKind("request", request))
    services.topics.add(TopicKind("chart", chart))
    services.topics.add(TopicKind("desk", desk, filtered=True))


class _Background:
    """Hears what other processes commit, while the web process lives."""

    def __init__(self, services: Services) -> None:
        self._database = services.database

    async def start(self) -> None:
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        async for _ in self._database.watch():
            pass


def worker(services: Services) -> Worker:
    """The worker for these services."""
    return Worker(
        services.database,
        services.handlers,
        services.sweeps,
        at_once=services.settings.examiners,
    )


def application(settings: Settings) -> Starlette:
    """The web application, with the worker inside unless it has a process of its own."""
    services = build(settings)
    companions: list[Companion] = [_Background(services)]
    if settings.worker_in_process:
        companions.append(worker(services))
    return create_app(services, companions)
