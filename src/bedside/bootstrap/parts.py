"""Each part of the product but visits and calls, made from the parts it needs."""

from collections.abc import AsyncIterator, Callable, Container
from functools import cached_property

from bedside.adapters.blobs_local import LocalBlobs
from bedside.adapters.child_process import WHOLE, ChildExaminer, ChildFailed, Children
from bedside.adapters.clamd import ClamdScanner
from bedside.adapters.keys_file import KeyFile
from bedside.adapters.ocr import Recogniser, tesseract
from bedside.adapters.yara import BuiltInScanner
from bedside.audit import AuditLog
from bedside.audit.bindings import Bindings
from bedside.audit.looks import Looks
from bedside.bootstrap.gateways import gateways_of
from bedside.bootstrap.kinds import link_kinds
from bedside.charts.entries import Charts
from bedside.charts.inbox import Inbox
from bedside.charts.live import LiveCharts
from bedside.charts.search import SearchIndex
from bedside.database import Database, connect, jobs, outbox
from bedside.database.sealed import MasterKey, Vault
from bedside.errors import NotFound, Unavailable
from bedside.files import intake as file_jobs
from bedside.files.custody import Custody
from bedside.files.intake import Intake
from bedside.files.ports import Examiner, Scanner, Verdict
from bedside.files.repository import Repository
from bedside.files.retrieval import Retrieval
from bedside.files.uploads import Uploads
from bedside.kernel import clock
from bedside.kernel.jobs import Handler, given_up
from bedside.kernel.known_states import BUSY, OK, KnownStates
from bedside.links.service import Links
from bedside.notifications import callbacks
from bedside.notifications import dispatcher as notification_jobs
from bedside.notifications.callbacks import SmsReports
from bedside.notifications.code_alerts import CodeAlerts
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.messages import Messages
from bedside.notifications.own_phones import OwnPhones
from bedside.notifications.ports import Channel, Gateway
from bedside.notifications.push_devices import PushDevices
from bedside.notifications.push_keys import PushKeys
from bedside.notifications.staff_alerts import StaffAlerts
from bedside.people.assignments import Assignments
from bedside.people.audiences import Audiences
from bedside.people.clinics import Clinics
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
from bedside.realtime.bus import Bus, Published
from bedside.realtime.topics import TopicKind, Topics
from bedside.requests import filing as request_jobs
from bedside.requests import photo_requests as reminder_jobs
from bedside.requests.answers import PhotoAnswers
from bedside.requests.filing import Filing
from bedside.requests.lists import RequestLists
from bedside.requests.photo_requests import PhotoRequests
from bedside.services import CountBadge, HealthCheck, KnownSignIn, Periodic
from bedside.settings import Settings

Wrappers = tuple[Callable[[Scanner], Scanner], Callable[[Examiner], Examiner]]


class Parts:
    """Each part, made from the parts it needs, once, when it is first asked for.

    The names are those of `Services`; `files`, `throttle`, `examiner`, `filing` and `gateways`
    stay in here.
    """

    def __init__(self, settings: Settings, remember: Wrappers | None) -> None:
        self.settings = settings
        self._remember = remember

    @cached_property
    def database(self) -> Database:
        return connect(self.settings.url)

    @cached_property
    def master(self) -> MasterKey:
        return KeyFile(self.settings.key_file)

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.database, self.master)

    @cached_property
    def audit(self) -> AuditLog:
        return AuditLog(self.database, self.vault)

    @cached_property
    def bindings(self) -> Bindings:
        return Bindings(self.database, self.vault, self.audit)

    @cached_property
    def looks(self) -> Looks:
        return Looks(self.audit)

    @cached_property
    def clinics(self) -> Clinics:
        return Clinics(self.database, self.vault, self.audit, self.bindings)

    @cached_property
    def patients(self) -> Patients:
        return Patients(self.database, self.vault, self.audit)

    @cached_property
    def permissions(self) -> Permissions:
        return Permissions(self.database, self.audit)

    @cached_property
    def passwords(self) -> Passwords:
        return Passwords()

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(
            self.database,
            self.vault,
            self.audit,
            idle=self.settings.session_idle_minutes * clock.MINUTE,
            longest=self.settings.session_hours * clock.HOUR,
        )

    @cached_property
    def throttle(self) -> Throttle:
        return Throttle(self.database, self.vault)

    @cached_property
    def sign_in(self) -> SignIn:
        return SignIn(
            self.database,
            self.vault,
            self.audit,
            self.clinics,
            self.passwords,
            self.sessions,
            self.throttle,
        )

    @cached_property
    def second_factors(self) -> SecondFactors:
        return SecondFactors(
            self.database, self.vault, self.audit, self.clinics, self.sessions, self.sign_in
        )

    @cached_property
    def passkeys(self) -> Passkeys:
        return Passkeys(
            self.database,
            self.vault,
            self.audit,
            self.clinics,
            self.sign_in,
            self.settings.base_url,
        )

    @cached_property
    def staff(self) -> Staff:
        return Staff(self.database, self.vault, self.audit, self.passwords, self.sessions)

    @cached_property
    def teams(self) -> Teams:
        return Teams(self.database, self.audit)

    @cached_property
    def set_up(self) -> SetUp:
        return SetUp(
            self.database,
            self.clinics,
            self.staff,
            self.teams,
            self.passwords,
            code_file=self.settings.data / "set-up-code",
            key_file=self.settings.key_file,
        )

    @cached_property
    def assignments(self) -> Assignments:
        return Assignments(self.database, self.vault, self.audit)

    @cached_property
    def search(self) -> SearchIndex:
        return SearchIndex(self.database, self.vault)

    @cached_property
    def charts(self) -> Charts:
        return Charts(self.database, self.vault, self.audit, self.search)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self.database, self.vault)

    @cached_property
    def files(self) -> Repository:
        return Repository(self.database, self.vault, LocalBlobs(self.settings.data / "files"))

    @cached_property
    def children(self) -> Children:
        return Children(at_once=self.settings.examiners)

    @cached_property
    def scanner(self) -> Scanner:
        clamd = self.settings.clamd
        file_limit, total_limit = (
            megabytes * 1024 * 1024 or None
            for megabytes in (self.settings.clamd_max_file_size, self.settings.clamd_max_scan_size)
        )
        scanner: Scanner = (
            ClamdScanner(clamd, file_limit=file_limit, total_limit=total_limit)
            if clamd
            else BuiltInScanner(self.children)
        )
        return self._remember[0](scanner) if self._remember else scanner

    @cached_property
    def examiner(self) -> Examiner:
        reader = Recogniser(self.children, program=tesseract())
        examiner: Examiner = ChildExaminer(self.children, reader=reader)
        return self._remember[1](examiner) if self._remember else examiner

    @cached_property
    def intake(self) -> Intake:
        return Intake(
            self.database,
            self.vault,
            self.audit,
            self.charts,
            self.files,
            self.scanner,
            self.examiner,
        )

    @cached_property
    def uploads(self) -> Uploads:
        return Uploads(self.database, self.vault, self.audit, self.files, self.intake)

    @cached_property
    def retrieval(self) -> Retrieval:
        return Retrieval(self.database, self.vault, self.audit, self.charts, self.files)

    @cached_property
    def custody(self) -> Custody:
        return Custody(self.database, self.vault, self.files)

    @cached_property
    def links(self) -> Links:
        return Links(
            self.database,
            self.vault,
            self.audit,
            self.clinics,
            self.patients,
            link_kinds(self.audit),
        )

    @cached_property
    def push_devices(self) -> PushDevices:
        internal = self.settings.internal_push_services
        return PushDevices(self.database, self.vault, self.audit, internal=internal)

    @cached_property
    def push_keys(self) -> PushKeys:
        return PushKeys(self.database, self.vault)

    @cached_property
    def gateways(self) -> tuple[dict[Channel, Gateway], frozenset[Channel]]:
        return gateways_of(self.settings, self.push_devices, self.push_keys)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.database, self.vault, self.audit, *self.gateways)

    @cached_property
    def staff_alerts(self) -> StaffAlerts:
        return StaffAlerts(
            self.database,
            self.vault,
            self.audit,
            self.push_devices,
            self.dispatcher,
            self.settings.base_url,
        )

    @cached_property
    def code_alerts(self) -> CodeAlerts:
        return CodeAlerts(self.clinics, self.staff, self.staff_alerts)

    @cached_property
    def own_phones(self) -> OwnPhones:
        return OwnPhones(self.database, self.vault, self.audit, self.throttle, self.dispatcher)

    @cached_property
    def sms_reports(self) -> SmsReports:
        return SmsReports(
            self.dispatcher,
            self.settings.base_url + callbacks.PATH,
            self.settings.twilio_token,
        )

    @cached_property
    def messages(self) -> Messages:
        return Messages(self.database, self.vault, self.looks, self.patients)

    @cached_property
    def photo_requests(self) -> PhotoRequests:
        return PhotoRequests(
            self.database,
            self.vault,
            self.audit,
            self.clinics,
            self.patients,
            self.staff,
            self.links,
            self.dispatcher,
            self.settings.base_url,
        )

    @cached_property
    def filing(self) -> Filing:
        filing = Filing(
            self.database,
            self.vault,
            self.audit,
            self.clinics,
            self.links,
            self.intake,
            self.uploads,
            self.retrieval,
            self.dispatcher,
        )
        self.intake.tell(request_jobs.HOLDER, filing.file_changed)
        return filing

    @cached_property
    def photo_answers(self) -> PhotoAnswers:
        return PhotoAnswers(
            self.database,
            self.vault,
            self.audit,
            self.clinics,
            self.links,
            self.intake,
            self.uploads,
            self.retrieval,
            self.filing,
        )

    @cached_property
    def request_lists(self) -> RequestLists:
        return RequestLists(self.database, self.vault, self.looks, self.patients)

    @cached_property
    def audiences(self) -> Audiences:
        return Audiences(self.database)

    @cached_property
    def bus(self) -> Bus:
        async def audience(published: Published) -> Container[object] | None:
            patient_id = self.topics.patient_of(published)
            if patient_id:
                return await self.audiences.of(patient_id)
            return await self.topics.audience_of(published)

        return Bus(self.database, audience)

    @cached_property
    def topics(self) -> Topics:
        topics = Topics()
        live = LiveCharts(self.database, self.charts)

        async def chart(access: object, patient_id: str) -> dict[str, object]:
            if not isinstance(access, StaffAccess):
                raise NotFound
            return await live.chart(await self.permissions.chart(access, patient_id))

        async def desk(access: object, clinic_id: str) -> dict[str, object]:
            if not isinstance(access, StaffAccess) or access.clinic_id != clinic_id:
                raise NotFound
            return await live.desk(access)

        async def request(access: object, request_id: str) -> dict[str, object]:
            if not isinstance(access, LinkAccess) or access.subject_id != request_id:
                raise NotFound
            return await self.photo_answers.snapshot(access)

        topics.add(TopicKind("chart", chart, filtered=True))
        topics.add(TopicKind("desk", desk, filtered=True))
        topics.add(TopicKind("request", request))
        return topics

    @cached_property
    def handlers(self) -> dict[str, Handler]:
        return {
            file_jobs.EXAMINE: self.intake.examine,
            given_up(file_jobs.EXAMINE): self.intake.give_up,
            file_jobs.DERIVE: self.intake.derive,
            file_jobs.INDEX: self.intake.index,
            file_jobs.SHARE: self.intake.share,
            file_jobs.ERASE: self.intake.erase,
            notification_jobs.DELIVER: self.dispatcher.deliver,
            reminder_jobs.REMIND: self.photo_requests.remind,
            request_jobs.SETTLE: self.filing.settle_later,
            request_jobs.EXPIRE: self.filing.expire,
            request_jobs.CLEAR_UP: self.filing.clear_up,
        }

    @cached_property
    def sweeps(self) -> dict[str, tuple[float, Periodic]]:
        return {
            "uploads.expire": (300.0, self.uploads.expire),
            "events.forget": (60.0, self._forget_events),
            "sessions.end": (600.0, self.sessions.end_expired),
        }

    async def _forget_events(self) -> None:
        async with self.database.unit_of_work() as work:
            await outbox.forget_old_events(work)

    @cached_property
    def badges(self) -> dict[str, CountBadge]:
        return {
            "inbox": self.charts.unreviewed_count,
            "requests": self.request_lists.waiting,
        }

    @cached_property
    def known_sign_ins(self) -> tuple[KnownSignIn, ...]:
        return ()

    @cached_property
    def checks(self) -> dict[str, HealthCheck]:
        return {
            "scanner": self._scanner_state,
            "scanner limits": self._scanner_limits,
            "sandbox": self._sandbox_state,
            "jobs": self._jobs_state,
        }

    @cached_property
    def health(self) -> KnownStates:
        return KnownStates(self.checks, self._database_state)

    async def _database_state(self) -> str:
        await self.clinics.any_exist()
        return OK

    async def _scanner_state(self) -> str:
        if not self.settings.clamd and self.children.busy:
            return BUSY  # the built-in scanner works in them: it would wait behind real files

        async def nothing() -> AsyncIterator[bytes]:
            yield b"nothing"

        result = await self.scanner.scan(nothing(), len(b"nothing"))
        return "down" if result.verdict is Verdict.UNSCANNED else "ok"

    async def _scanner_limits(self) -> str:
        return "incomplete" if await self.scanner.shortcomings() else "ok"

    async def _sandbox_state(self) -> str:
        try:
            in_force = await self.children.confinement()
        except (ChildFailed, Unavailable):
            return "down"
        return "ok" if in_force >= WHOLE else "incomplete"

    async def _jobs_state(self) -> str:
        return "some were given up" if await jobs.failed_jobs(self.database) else "ok"
