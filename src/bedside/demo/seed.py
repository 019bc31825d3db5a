"""Fills an empty installation with the demonstration's clinics, through the real services."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace

from bedside.audit.actors import SYSTEM
from bedside.charts.entries import ChartFilter
from bedside.demo import appointments, cast, chart_plans, conversations, forms, letters, visits
from bedside.demo.photo_requests import STORY, PhotoRequestStory
from bedside.files.announcing import Allowance, Announced
from bedside.files.ports import (
    Content,
    Derivation,
    Derivative,
    Examination,
    Examiner,
    Scanner,
    ScanResult,
)
from bedside.files.text_layers import Line, ReadPage
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.clinics import ClinicOptions
from bedside.people.patients import Demographics
from bedside.people.permissions import ChartAccess, StaffAccess, staff_access
from bedside.people.sign_in import SignInOptions
from bedside.people.staff import Person
from bedside.people.teams import TeamKind
from bedside.services import Services

Progress = Callable[[str], None]


class RememberingExaminer:
    """Examines each document once, though it is in many charts."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner
        self._examinations: dict[str, asyncio.Task[Examination]] = {}
        self._derivations: dict[str, asyncio.Task[list[Derivation]]] = {}
        self._words: dict[str, asyncio.Future[ReadPage]] = {}

    async def examine(self, chunks: AsyncIterator[bytes], size: int, name: str) -> Examination:
        """See `Examiner.examine`."""
        data = b"".join([piece async for piece in chunks])
        key = hashlib.sha256(data).hexdigest()
        if key not in self._examinations:
            work = self._examiner.examine(_again(data), size, name)
            self._examinations[key] = asyncio.ensure_future(work)
        return await self._examinations[key]

    async def derive(self, content: Content) -> AsyncGenerator[Derivation]:
        """See `Examiner.derive`."""
        data = b"".join([piece async for piece in content.opened()])
        key = hashlib.sha256(data).hexdigest()
        if key not in self._derivations:
            work = self._all_steps(replace(content, opened=lambda: _again(data)))
            self._derivations[key] = asyncio.ensure_future(work)
        for step in await self._derivations[key]:
            yield step

    async def _all_steps(self, content: Content) -> list[Derivation]:
        return [step async for step in self._examiner.derive(content)]

    async def read(self, scan: bytes, own: str) -> ReadPage:
        """See `Examiner.read`."""
        key = hashlib.sha256(scan).hexdigest() + own
        if key not in self._words:
            self._words[key] = asyncio.ensure_future(self._examiner.read(scan, own))
        return await self._words[key]

    async def with_words(
        self, content: Content, pages: Mapping[int, Sequence[Line]]
    ) -> Derivative | None:
        """See `Examiner.with_words`."""
        return await self._examiner.with_words(content, pages)


class RememberingScanner:
    """Scans each document once, though it is in many charts."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._results: dict[str, asyncio.Task[ScanResult]] = {}

    @property
    def name(self) -> str:
        """See `Scanner.name`."""
        return self._scanner.name

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> ScanResult:
        """See `Scanner.scan`."""
        data = b"".join([piece async for piece in chunks])
        key = hashlib.sha256(data).hexdigest()
        if key not in self._results:
            work = self._scanner.scan(_again(data), size)
            self._results[key] = asyncio.ensure_future(work)
        return await self._results[key]

    async def complete(self, result: ScanResult, size: int, found: Examination) -> ScanResult:
        """See `Scanner.complete`."""
        return await self._scanner.complete(result, size, found)

    async def shortcomings(self) -> list[str]:
        """See `Scanner.shortcomings`."""
        return await self._scanner.shortcomings()


async def _again(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 1 << 18):
        yield data[start : start + (1 << 18)]


class Seed:
    """Creates the clinics, their people and their charts."""

    def __init__(self, services: Services, progress: Progress) -> None:
        self._services = services
        self._progress = progress
        self._empty_forms: list[tuple[ChartAccess, str]] = []

    async def run(self) -> None:
        """Fill an empty database. Jobs (scans, previews) are left for a worker."""
        password_hash = await self._services.people.passwords.hashed(cast.PASSWORD)
        for clinic in (cast.RIVERSIDE, cast.HILLTOP):
            with clock.shifted(-200 * clock.DAY):
                people, groups = await self._people(clinic, password_hash)
                await visits.furnish(self._services, clinic, people, groups)
            await self._patients(clinic, people, groups)

    async def finish(self) -> None:
        """Do what needs files that are scanned."""
        for chart, entry_id in self._empty_forms:
            await forms.send(self._services, chart, entry_id)
            await letters.write(self._services, chart)

    async def _people(
        self, clinic: cast.Clinic, password_hash: str
    ) -> tuple[dict[str, StaffAccess], dict[str, str]]:
        services = self._services
        options = (
            ClinicOptions(time_zone="Europe/Stockholm", phone=clinic.phone),
            SignInOptions(second_factor_required=False),
        )
        people: dict[str, StaffAccess] = {}
        groups: dict[str, str] = {}
        async with services.database.unit_of_work() as work:
            made = await services.people.clinics.create(work, SYSTEM, clinic.name, *options)
            for kind, names in ((TeamKind.ROOM, clinic.rooms), (TeamKind.TEAM, clinic.teams)):
                for name in names:
                    team = await services.people.teams.install(work, SYSTEM, made.id, kind, name)
                    groups[name] = team.id
            for colleague in clinic.colleagues:
                person = Person(name=colleague.name, email=colleague.email, role=colleague.role)
                member = await services.people.staff.install(
                    work, SYSTEM, made.id, person, password_hash
                )
                people[colleague.email] = staff_access(
                    member.id, made.id, colleague.role, new_id("ses"), "127.0.0.1"
                )
                for group in colleague.groups:
                    await services.people.staff.install_assignment(
                        work, SYSTEM, made.id, member.id, groups[group]
                    )
        return people, groups

    async def _patients(
        self, clinic: cast.Clinic, people: dict[str, StaffAccess], groups: dict[str, str]
    ) -> None:
        patients = cast.PATIENTS[clinic.name]
        charts: list[ChartAccess] = []
        for number, patient in enumerate(patients):
            self._progress(f"{clinic.name}: chart {number + 1} of {len(patients)}")
            adder = self._somebody_of(clinic, people, patient.group)
            with clock.shifted(-(120 - number) * clock.DAY):
                async with self._services.database.unit_of_work() as work:
                    added = await self._services.people.patients.add(
                        work, adder, _demographics(patient, number), [groups[patient.group]]
                    )
            await self._chart(adder, added.id, number)
            charts.append(await self._services.people.permissions.chart(adder, added.id))
        if clinic is cast.RIVERSIDE:
            self._progress("Asking for photos, and answering")
            story = PhotoRequestStory(self._services)
            for told in STORY:
                await story.tell(charts[told.patient], patients[told.patient].born, told)
            self._empty_forms.append((charts[0], await forms.put(self._services, charts[0])))
            self._progress("Writing, and answering")
            await conversations.tell(self._services, list(people.values()), charts)
            self._progress("Booking, and moving")
            await appointments.tell(self._services, people, groups, charts)
            self._progress("Checking in, and being seen")
            seen = visits.VisitStory(self._services, people, groups)
            for visit in visits.STORY:
                await seen.tell(patients[visit.patient], visit)
            await seen.tell_unknown(visits.UNKNOWN)

    @staticmethod
    def _somebody_of(
        clinic: cast.Clinic, people: dict[str, StaffAccess], group: str
    ) -> StaffAccess:
        for colleague in reversed(clinic.colleagues):
            if group in colleague.groups:
                return people[colleague.email]
        raise LookupError(group)

    async def _chart(self, staff: StaffAccess, patient_id: str, number: int) -> None:
        services = self._services
        chart = await services.people.permissions.chart(staff, patient_id)
        for planned in chart_plans.plan(number):
            content = planned.document.content()
            with clock.shifted(-planned.days * clock.DAY - number * 17 * clock.MINUTE):
                upload = await services.files.uploads.begin_for_chart(
                    chart,
                    Announced(planned.document.file, len(content)),
                    Allowance(largest=50_000_000),
                    planned.document.category,
                )
                await services.files.uploads.append(chart, upload.id, 0, _again(content))
            newest = await services.charts.contents.entries(chart, ChartFilter(limit=200))
            entry = next(e for e in newest if e.file_id == upload.file_id)
            await services.charts.contents.change(
                chart,
                entry.id,
                label=planned.document.label,
                note="",
                category=planned.document.category,
                seen_version=1,
            )
            if planned.reviewed:
                await services.charts.contents.review(chart, entry.id)


def _demographics(patient: cast.PatientOfDemo, number: int) -> Demographics:
    ascii_name = patient.name.encode("ascii", "ignore").decode().lower()
    return Demographics(
        name=patient.name,
        birth_date=patient.born,
        phone=f"+46 70 555 {number // 100:02d} {number % 100:02d}",
        email=f"{ascii_name.replace(' ', '.')}@mail.example",
        language=patient.language,
        pronouns=patient.pronouns,
        identifiers={"Chart no.": str(10_400 + number * 7)},
    )
