"""Tampering with the audit log behind Bedside's back is detected, by the command line too."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from bedside.audit import Action
from bedside.audit.models import audit_heads, audit_lines
from bedside.audit.recorder import Filter
from bedside.database import Database
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S3")]
lines, heads = audit_lines.c, audit_heads.c

Tamper = Callable[[Any, str, str], Any]
"""(unit of work, clinic here, clinic next door): change something."""


def at(clinic: str, seq: int) -> Any:
    """Select one line."""
    return (lines.clinic_id == clinic) & (lines.seq == seq)


async def change_who(work: Any, here: str, _there: str) -> None:
    await work.execute(update(audit_lines).where(at(here, 3)).values(actor_id="stf_innocent"))


async def change_details(work: Any, here: str, _there: str) -> None:
    (row,) = await work.all(select(audit_lines).where(at(here, 3)))
    spoilt = bytes([*row.details[:-1], row.details[-1] ^ 1])
    await work.execute(update(audit_lines).where(at(here, 3)).values(details=spoilt))


async def remove_one(work: Any, here: str, _there: str) -> None:
    await work.execute(delete(audit_lines).where(at(here, 3)))


async def remove_one_and_close_the_gap(work: Any, here: str, _there: str) -> None:
    await work.execute(delete(audit_lines).where(at(here, 3)))
    rest = select(lines.seq).where((lines.clinic_id == here) & (lines.seq > 3)).order_by(lines.seq)
    for row in await work.all(rest):
        await work.execute(update(audit_lines).where(at(here, row.seq)).values(seq=row.seq - 1))
    await work.execute(update(audit_heads).where(heads.clinic_id == here).values(seq=heads.seq - 1))


async def swap_two(work: Any, here: str, _there: str) -> None:
    for old, new in ((3, -3), (4, 3), (-3, 4)):
        await work.execute(update(audit_lines).where(at(here, old)).values(seq=new))


async def repeat_one(work: Any, here: str, _there: str) -> None:
    (row,) = await work.all(select(audit_lines).where(at(here, 2)))
    await work.execute(delete(audit_lines).where(at(here, 3)))
    await work.execute(insert(audit_lines), **{**row._asdict(), "seq": 3})


async def take_one_from_next_door(work: Any, here: str, there: str) -> None:
    (row,) = await work.all(select(audit_lines).where(at(there, 3)))
    await work.execute(delete(audit_lines).where(at(here, 3)))
    await work.execute(insert(audit_lines), **{**row._asdict(), "clinic_id": here})


async def cut_off_the_end(work: Any, here: str, _there: str) -> None:
    await work.execute(delete(audit_lines).where((lines.clinic_id == here) & (lines.seq > 2)))


async def cut_off_the_end_and_mend_the_head(work: Any, here: str, there: str) -> None:
    (row,) = await work.all(select(audit_lines).where(at(here, 2)))
    await cut_off_the_end(work, here, there)
    mended = update(audit_heads).where(heads.clinic_id == here).values(seq=2, hash=row.hash)
    await work.execute(mended)


async def remove_everything(work: Any, here: str, _there: str) -> None:
    await work.execute(delete(audit_lines).where(lines.clinic_id == here))
    await work.execute(delete(audit_heads).where(heads.clinic_id == here))


TAMPERINGS: list[tuple[Tamper, int]] = [
    (change_who, 3),
    (change_details, 3),
    (remove_one, 3),
    (remove_one_and_close_the_gap, 3),
    (swap_two, 3),
    (repeat_one, 3),
    (take_one_from_next_door, 3),
    (cut_off_the_end, 3),
    (cut_off_the_end_and_mend_the_head, 3),
    (remove_everything, 1),
]


async def tampered(database: Database, house: House, tamper: Tamper) -> None:
    """Change the log like somebody who has the database but no key."""
    async with database.unit_of_work() as work:
        await tamper(work, house.here.clinic.id, house.next_door.clinic.id)


@pytest.mark.parametrize(
    ("tamper", "line"), TAMPERINGS, ids=[tamper.__name__ for tamper, _ in TAMPERINGS]
)
async def test_tampering_is_found_at_its_line(
    quick_house: House, tamper: Tamper, line: int
) -> None:
    services = quick_house.services
    before = await services.audit.log.verify(quick_house.clinic.id)
    assert before.broken_at is None
    assert before.lines > 5
    await tampered(services.database, quick_house, tamper)
    assert (await services.audit.log.verify(quick_house.clinic.id)).broken_at == line
    next_door = await services.audit.log.verify(quick_house.next_door.clinic.id)
    assert next_door.broken_at is None


async def test_lines_of_many_at_once_form_one_chain(house: House) -> None:
    services = house.services
    before = (await services.audit.log.verify(house.clinic.id)).lines
    actor = house.here.clinician.actor
    await asyncio.gather(
        *(
            services.audit.log.note(house.clinic.id, actor, Action.CHART_OPENED, n=n)
            for n in range(30)
        )
    )
    after = await services.audit.log.verify(house.clinic.id)
    assert (after.lines, after.broken_at) == (before + 30, None)
    newest = await services.audit.log.lines(house.clinic.id, Filter(limit=30))
    assert {line.details["n"] for line in newest} == set(range(30))


async def test_a_line_leaves_with_the_transaction_that_it_tells_of(house: House) -> None:
    services = house.services
    before = (await services.audit.log.verify(house.clinic.id)).lines

    async def fail() -> None:
        async with services.database.unit_of_work() as work:
            await services.audit.log.record(
                work, house.clinic.id, house.here.clinician.actor, Action.CHART_OPENED
            )
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    after = await services.audit.log.verify(house.clinic.id)
    assert (after.lines, after.broken_at) == (before, None)


async def test_the_command_line_names_the_line(house: House, tmp_path: Path) -> None:
    """On the live database, on SQLite and PostgreSQL."""
    clinic, other = house.here.clinic.id, house.next_door.clinic.id
    good = verify(house)
    assert good.returncode == 0, good.stderr
    assert f"{clinic}: " in good.stdout
    assert "unbroken" in good.stdout
    await tampered(house.services.database, house, change_who)
    bad = verify(house)
    assert bad.returncode == 1
    assert f"{clinic}: broken at line 3: a line was changed or moved." in bad.stdout
    assert f"{other}: " in bad.stdout
    assert "unbroken" in bad.stdout


def verify(house: House) -> subprocess.CompletedProcess[str]:
    """Run `bedside audit verify` like an operator."""
    settings = house.services.settings
    return subprocess.run(
        [sys.executable, "-m", "bedside", "audit", "verify", "--data", str(settings.data)],
        env={"BEDSIDE_DATABASE_URL": settings.url},
        capture_output=True,
        text=True,
        check=False,
    )
