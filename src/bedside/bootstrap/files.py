"""Wires files, and chooses scanner and examiner."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from bedside.adapters.blobs_local import LocalBlobs
from bedside.adapters.child_examiner import ChildExaminer
from bedside.adapters.child_process import WHOLE, ChildFailed, Children
from bedside.adapters.clamd import ClamdScanner
from bedside.adapters.form_reader import FormReader
from bedside.adapters.ocr import Recogniser, tesseract
from bedside.adapters.page_drawing import PageDrawer, pdftoppm
from bedside.adapters.sheet_printer import SheetPrinter
from bedside.adapters.yara import BuiltInScanner
from bedside.bootstrap.base import Base
from bedside.charts.entries import Charts
from bedside.charts.patient_side import PatientSide
from bedside.errors import Unavailable
from bedside.files import intake as jobs
from bedside.files import layering, making
from bedside.files.copies import Copies
from bedside.files.custody import Custody
from bedside.files.fillable import FillableFiles
from bedside.files.holders import HolderKinds
from bedside.files.intake import Intake
from bedside.files.layering import Layering
from bedside.files.making import Making
from bedside.files.patient_files import PatientFiles
from bedside.files.patient_uploads import PatientUploads
from bedside.files.ports import Examiner, Scanner, Verdict
from bedside.files.repository import Repository
from bedside.files.retrieval import Retrieval
from bedside.files.uploads import Uploads
from bedside.kernel.jobs import given_up
from bedside.kernel.known_states import BUSY, DOWN, INCOMPLETE, OK, State
from bedside.kernel.language import N_
from bedside.people.clinics import Clinics
from bedside.services.files import FileServices
from bedside.services.registered import Registered
from bedside.settings import Settings

_NO_SCANNER = N_("The scanner does not answer ({reason}).")
_START_CLAMD = N_(
    "Start clamd, and let the user that runs Bedside use its socket (for a unix socket often by "
    "the group clamav: usermod -aG clamav bedside), or unset BEDSIDE_CLAMD to use the built-in "
    "scanner."
)
_SCANNED_BY = N_("Files are scanned by: {scanner}.")
_SHORT = N_("The scanner does not tell all. {short}")

Wrappers = tuple[Callable[[Scanner], Scanner], Callable[[Examiner], Examiner]]


@dataclass(frozen=True, slots=True)
class FileParts(FileServices):
    """The file services, with the child processes in which hostile files are opened."""

    children: Children
    scans_outside: bool
    """Whether the scanner is clamd, not one of the child processes."""

    def registered(self) -> Registered:
        """Return what they register for the worker and /health."""
        return Registered(
            handlers={
                jobs.EXAMINE: self.intake.examine,
                given_up(jobs.EXAMINE): self.intake.give_up,
                making.DERIVE: self.making.derive,
                making.READ: self.making.read,
                layering.LAYER: self.layering.layer,
                making.INDEX: self.making.index,
                making.MAKE_AGAIN: self.making.make_again,
                making.READ_AGAIN: self.making.read,
                jobs.SHARE: self.intake.share,
                jobs.ERASE: self.intake.erase,
            },
            sweeps={
                "uploads.expire": (300.0, self.uploads.expire),
                "files.made_before": (3_600.0, self.making.look_for_older),
            },
            checks={
                "scanner": self._scanner_state,
                "scanner limits": self._scanner_limits,
                "sandbox": self._sandbox_state,
            },
        )

    async def _scanner_state(self) -> str:
        if not self.scans_outside and self.children.busy:
            return BUSY  # the built-in scanner uses them: it would wait behind real files

        async def nothing() -> AsyncIterator[bytes]:
            yield b"nothing"

        result = await self.scanner.scan(nothing(), len(b"nothing"))
        if result.verdict is Verdict.UNSCANNED:
            advice = _START_CLAMD if self.scans_outside else ""
            return State(DOWN, _NO_SCANNER, advice, reason=result.reason)
        return State(OK, _SCANNED_BY, scanner=self.scanner.name)

    async def _scanner_limits(self) -> str:
        short = await self.scanner.shortcomings()
        return State(INCOMPLETE, _SHORT, short=" ".join(short)) if short else OK

    async def _sandbox_state(self) -> str:
        try:
            in_force = await self.children.confinement()
        except (ChildFailed, Unavailable):
            return DOWN
        return OK if in_force >= WHOLE else INCOMPLETE


def files_of(
    base: Base, clinics: Clinics, charts: Charts, side: PatientSide, remember: Wrappers | None
) -> FileParts:
    """Make receiving, examining, keeping and serving of files. `remember`: see
    `bootstrap.build`."""
    database, vault, audit = base.database, base.vault, base.audit.log
    children = Children(at_once=base.settings.examiners)
    scanner = _scanner(base.settings, children)
    examiner: Examiner = ChildExaminer(
        children, reader=Recogniser(children, program=tesseract()), drawer=_drawer(children)
    )
    if remember:
        scanner, examiner = remember[0](scanner), remember[1](examiner)
    repository = Repository(database, vault, LocalBlobs(base.settings.data / "files"))
    retrieval = Retrieval(database, vault, audit, charts, repository)
    kinds = HolderKinds()
    intake = Intake(database, vault, audit, charts, repository, scanner, examiner, kinds)
    uploads = Uploads(database, vault, audit, repository, intake)
    return FileParts(
        intake=intake,
        making=Making(database, clinics, charts, repository, examiner, kinds),
        layering=Layering(database, repository, examiner),
        uploads=uploads,
        by_patients=PatientUploads(uploads, side, repository),
        retrieval=retrieval,
        of_patients=PatientFiles(audit, side, repository, retrieval),
        fillable=FillableFiles(database, charts, repository, FormReader(children)),
        copies=Copies(database, uploads),
        printer=SheetPrinter(children),
        custody=Custody(database, vault, repository),
        scanner=scanner,
        children=children,
        scans_outside=bool(base.settings.clamd),
    )


def _drawer(children: Children) -> PageDrawer | None:
    program = pdftoppm()
    return PageDrawer(children, program) if program else None


def _scanner(settings: Settings, children: Children) -> Scanner:
    if not settings.clamd:
        return BuiltInScanner(children)
    file_limit, total_limit = (
        megabytes * 1024 * 1024 or None
        for megabytes in (settings.clamd_max_file_size, settings.clamd_max_scan_size)
    )
    return ClamdScanner(
        settings.clamd,
        file_limit=file_limit,
        total_limit=total_limit,
        suspicions=settings.clamd_suspicions,
    )
