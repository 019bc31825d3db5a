"""`bedside doctor`: examines an installation and says in plain words what is wrong."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bedside.audit.bindings import Altered
from bedside.database import schema
from bedside.database.failures import of_database
from bedside.database.sealed import MasterKeyMissing, RecordSealBroken
from bedside.edge.rendering import STATIC
from bedside.errors import BedsideError
from bedside.kernel.known_states import BUSY, DOWN, NOT_SET_UP, OK, SET_UP, State, checked
from bedside.services import Services
from bedside.services.part_words import PARTS, PartWords
from bedside.settings import unknown_names
from bedside.upkeep.backup import broken_blobs

_COMPARE = "Somebody may have changed the database: compare with a backup."


class Grade(StrEnum):
    """How good a finding is."""

    GOOD = "good"
    ATTENTION = "attention"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `advice` says what to do if it is not good."""

    grade: Grade
    what: str
    advice: str = ""


Check = Callable[[Services], Awaitable[Finding]]


async def examine(services: Services, *, deep: bool = False) -> AsyncIterator[Finding]:
    """Yield all findings. `deep` also reads every file to its end and every row that grants
    access, however long that takes."""
    for check in _CHECKS:
        try:
            yield await check(services)
        except Exception as error:  # whatever is wrong here is what the operator wants to know
            yield Finding(
                Grade.BAD, f"{check.__doc__}: this could not be found out", _reason(error)
            )
    async for finding in _parts(services):
        yield finding
    try:
        async for finding in _chains(services):
            yield finding
        if deep:
            yield await _files(services)
            async for finding in _rows(services):
                yield finding
    except Exception as error:  # such as tables of an older revision, or a damaged database
        yield Finding(Grade.BAD, "Not everything could be read.", _reason(error))


def _reason(error: Exception) -> str:
    if told := of_database(error):
        return told.sentence
    if isinstance(error, BedsideError):
        return error.sentence
    words = error.strerror if isinstance(error, OSError) else ""
    return words or type(error).__name__


async def _files(services: Services) -> Finding:
    try:
        broken = [file_id async for file_id in broken_blobs(services)]
    except BedsideError as error:
        return Finding(Grade.BAD, "The files cannot be opened.", error.sentence)
    if broken:
        names = ", ".join(broken[:10])
        what = f"{len(broken)} files are damaged: {names}"
        return Finding(Grade.BAD, what, "Restore them from a backup.")
    return Finding(Grade.GOOD, "Every file opens and is as it was sealed.")


async def _rows(services: Services) -> AsyncIterator[Finding]:
    """Rows that decide say what they were written with, and each file lies with its patient."""
    await services.audit.bindings.ensure()
    found = 0
    async for finding in _altered(services):
        found += 1
        yield finding
    for clinic in await services.people.clinics.all():
        async for file_id in misfiled(services, clinic.id):
            found += 1
            yield Finding(
                Grade.BAD,
                f"File {file_id} lies in the chart of a patient whose it is not.",
                _COMPARE,
            )
    if not found:
        yield Finding(Grade.GOOD, "Rows that decide are as they were written.")


async def _altered(services: Services) -> AsyncIterator[Finding]:
    for clinic in await services.people.clinics.all():
        try:
            if not await services.audit.bindings.are_bound(clinic.id):
                yield Finding(
                    Grade.BAD,
                    f"Rows of {clinic.id} were never bound to its keys, or its mark was removed.",
                    f"{_COMPARE} Then run: bedside audit accept",
                )
            async for one in services.audit.bindings.altered(clinic.id):
                yield _changed_outside(one)
        except RecordSealBroken:
            yield Finding(Grade.BAD, f"Rows of {clinic.id} cannot be verified without its key.")
    async for one in services.audit.bindings.of_nobody():
        yield _changed_outside(one)


def _changed_outside(row: Altered) -> Finding:
    return Finding(
        Grade.BAD,
        f"In {row.table}, the row {row.row} was changed or made outside Bedside.",
        f"{_COMPARE} Put it right, then run: bedside audit accept",
    )


async def misfiled(services: Services, clinic_id: str) -> AsyncIterator[str]:
    """Yield the ids of files that are in another patient's chart although nobody moved them
    there."""
    async for file_id, patient_id in services.charts.contents.filed(clinic_id):
        if await services.files.custody.patient_of(file_id) not in ("", patient_id):
            yield file_id


async def _schema(services: Services) -> Finding:
    """The database can be reached"""
    there, newest = await schema.revision_of(services.database), schema.newest_revision()
    if there != newest:
        return Finding(
            Grade.BAD,
            f"The database is at revision {there or 'none'}, and this Bedside needs {newest}.",
            "Run: bedside migrate" if there < newest else "Use the version that ran here last.",
        )
    return Finding(Grade.GOOD, f"The database answers (revision {newest}).")


async def _keys(services: Services) -> Finding:
    """The master key opens every clinic's keys"""
    try:
        await services.vault.check()
    except MasterKeyMissing:
        return Finding(
            Grade.BAD,
            f"The master key {services.settings.key_file} is missing, or cannot be read.",
            "Put a copy of it there: without it nothing can be opened. Do not make another one.",
        )
    except RecordSealBroken:
        return Finding(
            Grade.BAD,
            "The master key does not open the clinics' keys.",
            f"Put the right key file at {services.settings.key_file}.",
        )
    return Finding(Grade.GOOD, "The master key opens every clinic's keys.")


async def _key_file(services: Services) -> Finding:
    """The key file is readable by its owner only"""
    path = services.settings.key_file
    if not path.exists():
        if await services.vault.holders():
            return Finding(Grade.BAD, f"There is no key file at {path}.")
        return Finding(Grade.GOOD, f"The master key will be made with the first start, at {path}.")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(
            Grade.BAD, f"Others can read the master key {path}.", f"Run: chmod 600 {path}"
        )
    beside = path.is_relative_to(services.settings.data)
    if beside and not services.settings.demo:
        return Finding(
            Grade.ATTENTION,
            "The master key lies in the data directory.",
            "Set BEDSIDE_MASTER_KEY_FILE to a place that backups of the data do not include.",
        )
    return Finding(Grade.GOOD, "The key file is readable by its owner only.")


async def _private(services: Services) -> Finding:
    """Settings and data are readable by their owner only"""
    data = services.settings.data
    # Without access to the directory nothing in it can be reached, whatever the files' own modes.
    if stat.S_IMODE(data.stat().st_mode) & 0o077:
        for path in (data / "bedside.toml", data / "bedside.db", data / "files"):
            if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
                return Finding(
                    Grade.ATTENTION, f"Others can read {path}.", f"Run: chmod 700 {data}"
                )
    return Finding(Grade.GOOD, "Settings and data are readable by their owner only.")


async def _writable(services: Services) -> Finding:
    """The data directory can be written"""
    probe = services.settings.data / f".doctor-{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Finding(
            Grade.BAD,
            f"The data directory cannot be written ({error.strerror}).",
            "Run this as the user that Bedside runs as, and look at its owner and its disk.",
        )
    return Finding(Grade.GOOD, "The data directory can be written.")


async def _names(_services: Services) -> Finding:
    """Every BEDSIDE_ name in the environment is a setting"""
    if names := unknown_names():
        return Finding(
            Grade.ATTENTION,
            f"Of these names in the environment no setting is made: {', '.join(names)}.",
            "Correct them, or take them out: docs/operators/settings.md has all names.",
        )
    return Finding(Grade.GOOD, "Every BEDSIDE_ name in the environment is a setting.")


async def _assets(_services: Services) -> Finding:
    """The pages' assets are built"""
    if not (Path(STATIC) / "manifest.json").exists():
        return Finding(Grade.BAD, "The pages' assets are missing.", "Run: npm ci && npm run build")
    return Finding(Grade.GOOD, "The pages' assets are there.")


async def _parts(services: Services) -> AsyncIterator[Finding]:
    """Yield what /health and Settings → Health show, looked at now."""
    checks = services.registered.checks
    states = await asyncio.gather(*(checked(check) for check in checks.values()))
    found = dict(zip(checks, states, strict=True))
    for name in (*PARTS, *(name for name in found if name not in PARTS)):
        if name in found:
            yield _of_part(name, found[name])
        elif name in _GATEWAYS:
            yield _of_part(name, State(NOT_SET_UP))


def _of_part(name: str, state: State) -> Finding:
    words = PARTS.get(name) or PartWords(name, name, "")
    if state in (OK, BUSY, SET_UP):
        return Finding(Grade.GOOD, f"{words.name}: {state.reason() or words.works}")
    advice = state.what_to_do() or words.advice
    if state == NOT_SET_UP:
        grade = Grade.ATTENTION if words.needed else Grade.GOOD
        what = f"{words.name}: not set up. {words.without}"
        return Finding(grade, what, advice if words.needed else "")
    what = f"{words.name}: {state.reason() or words.down}"
    bad = (state == DOWN and name not in _MAY_BE_OFF) or name in _ALWAYS_BAD
    return Finding(Grade.BAD if bad else Grade.ATTENTION, what, advice)


_CHECKS: tuple[Check, ...] = (
    _schema,
    _keys,
    _key_file,
    _private,
    _writable,
    _names,
    _assets,
)
_GATEWAYS = ("email", "sms")
_MAY_BE_OFF = frozenset({"worker"})
"""Parts that do not run while an operator looks at an installation that is stopped."""
_ALWAYS_BAD = frozenset({"sandbox"})
"""Parts that are dangerous when incomplete."""


async def _chains(services: Services) -> AsyncIterator[Finding]:
    for holder in await services.vault.holders():
        try:
            result = await services.audit.log.verify(holder)
        except RecordSealBroken:
            yield Finding(Grade.BAD, f"Audit log of {holder} cannot be verified without its key.")
            continue
        if result.broken_at is None:
            yield Finding(Grade.GOOD, f"Audit log of {holder}: {result.lines} lines, unbroken.")
        else:
            yield Finding(
                Grade.BAD,
                f"Audit log of {holder} is broken at line {result.broken_at}: {result.reason}.",
                "Compare with a backup; somebody may have changed the database.",
            )
