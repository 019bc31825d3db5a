"""Bound rows, changed by somebody who can write to the database and has no key."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from pyotp.totp import TOTP
from sqlalchemy import delete, insert, select, update

from bedside.audit import Action
from bedside.audit.bindings import Bindings
from bedside.audit.recorder import Filter
from bedside.charts.models import chart_entries
from bedside.charts.records import ChartFilter
from bedside.database.bound_rows import TABLES
from bedside.database.sealed import RecordSealBroken
from bedside.database.tables import bound_clinics, metadata
from bedside.errors import NotSignedIn, WrongInput
from bedside.files.announcing import Allowance, Announced
from bedside.files.models import files
from bedside.kernel import clock
from bedside.links.models import link_devices, links
from bedside.people import models
from bedside.people.sessions import Stage
from bedside.visits.models import visit_devices
from bedside.web.app import create_app
from tests.edge.tus import pieces
from tests.house import PASSWORD, House, at_the_door
from tests.peers.passkeys import Key
from tests.requests.sending import send
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]

HERE = "203.0.113.7"
RITA = "rita@riverside.example"


async def write(house: House, *statements: Any) -> None:
    """Write like a client of the database."""
    async with house.services.database.unit_of_work() as work:
        for statement in statements:
            await work.execute(statement)


async def row(house: House, statement: Any) -> Any:
    async with house.services.database.read() as db:
        return await db.one(statement)


async def file_into(house: House, patient: int = 0) -> None:
    """File into a chart, as staff do."""
    chart, content = await house.chart(patient), b"To whom it may concern."
    begun = await house.services.files.uploads.begin_for_chart(
        chart, Announced("letter.txt", len(content)), Allowance(len(content))
    )
    await house.services.files.uploads.append(chart, begun.id, 0, pieces(content))


async def altered(house: House) -> set[str]:
    """Return the tables in which the doctor finds something."""
    found = [one async for one in house.services.audit.bindings.altered(house.clinic.id)]
    found += [one async for one in house.services.audit.bindings.of_nobody()]
    return {one.table for one in found}


async def refusals(house: House) -> list[str]:
    """Return the tables of refused rows, from the audit log."""
    lines = await house.services.audit.log.lines(house.clinic.id, Filter(action=Action.ROW_REFUSED))
    return [line.details["table"] for line in lines]


async def session_of(house: House, token: str) -> Any:
    hashed = hashlib.sha256(token.encode()).digest()
    return await row(house, select(models.sessions).where(models.sessions.c.token_hash == hashed))


# --- sessions ------------------------------------------------------------------------------------


async def test_a_house_that_nobody_touched_is_as_it_was_written(house: House) -> None:
    await (await send(house)).enter()
    await file_into(house)
    assert await altered(house) == set()
    assert {one.name for one in TABLES} >= {"sessions", "staff", "files", "chart_entries"}


async def test_a_minted_session_is_signed_out(house: House) -> None:
    mine = await session_of(house, await house.token(house.here.receptionist))
    made = {
        **mine._asdict(),
        "token_hash": hashlib.sha256(b"minted").digest(),
        "id": "ses_minted",
        "staff_id": house.here.administrator.staff_id,
        "role": "administrator",
    }
    await write(house, insert(models.sessions).values(**made))
    assert await altered(house) == {"sessions"}
    cookies = {house.services.settings.session_cookie: "minted"}
    async with at_the_door(create_app(house.services), cookies=cookies) as client:
        asked = await client.get("/account/time-left", headers={"accept": "application/json"})
        assert asked.status_code == 401
        assert (await client.get("/settings/people")).headers["location"].startswith("/sign-in")
    assert await refusals(house) == ["sessions"]
    assert await altered(house) == set()


CHANGES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "a role": lambda _: {"role": "administrator"},
    "a stage": lambda _: {"stage": "full"},
    "its end": lambda one: {"expires_at": one.expires_at + clock.DAY},
    "a fresh password": lambda one: {"confirmed_at": one.confirmed_at + clock.HOUR},
    "no mac": lambda _: {"mac": None},
    "another's mac": lambda one: {"mac": hashlib.sha256(one.mac).digest()},
    "a clinic that is none": lambda _: {"clinic_id": "cli_none"},
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_session_that_was_changed_is_signed_out(quick_house: House, change: str) -> None:
    stage = Stage.PASSWORD if change == "a stage" else Stage.FULL
    rita = quick_house.here.receptionist
    async with quick_house.services.database.unit_of_work() as work:
        token = await quick_house.services.people.sessions.begin(
            work, rita.staff_id, rita.clinic_id, rita.role, stage, "", HERE
        )
    one = await session_of(quick_house, token)
    where = models.sessions.c.id == one.id
    await write(quick_house, update(models.sessions).where(where).values(**CHANGES[change](one)))
    with pytest.raises(NotSignedIn):
        await quick_house.services.people.sessions.resume(token, HERE)
    assert await session_of(quick_house, token) is None


# --- staff ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"role": "administrator"}, {"mac": None}, {"totp": None}, {"temporary_password": True}],
    ids=str,
)
async def test_a_person_that_was_changed_is_not_let_in(house: House, change: Any) -> None:
    rita = house.here.receptionist
    if "totp" in change:
        secret = (await house.services.people.second_factors.offered(rita, "x")).secret
        await house.services.people.second_factors.confirm(rita, TOTP(secret).now())
    where = models.staff.c.id == rita.staff_id
    await write(house, update(models.staff).where(where).values(**change))
    with pytest.raises(RecordSealBroken):
        await house.services.people.sign_in.with_password(RITA, PASSWORD, address=HERE, device="")
    assert await refusals(house) == ["staff"]
    assert await altered(house) == {"staff"}
    with pytest.raises(WrongInput):  # nothing is revealed to those who do not know the password
        await house.services.people.sign_in.with_password(RITA, "wrong", address=HERE, device="")


async def test_no_other_change_makes_a_raised_role_good(house: House) -> None:
    rita = house.here.receptionist
    where = models.staff.c.id == rita.staff_id
    await write(house, update(models.staff).where(where).values(role="administrator"))
    with pytest.raises(RecordSealBroken):
        await house.services.people.sign_in.change_password(rita, PASSWORD, "marble lantern oxbow")
    with pytest.raises(RecordSealBroken):
        await house.services.people.staff.disable(house.administer(), rita.staff_id)
    assert await altered(house) == {"staff"}


async def test_a_minted_passkey_lets_nobody_in(house: House) -> None:
    key = await Key.of(house, house.here.receptionist)
    assert (await key.sign_in(house, HERE)).stage is Stage.FULL
    passkeys, ada = models.passkeys, house.here.administrator
    await write(house, update(passkeys).values(staff_id=ada.staff_id))
    with pytest.raises(RecordSealBroken):
        await key.sign_in(house, HERE)
    assert await refusals(house) == ["passkeys"]
    assert await altered(house) == {"passkeys"}


async def test_a_second_factor_is_asked_for_though_its_rows_are_gone(house: House) -> None:
    await Key.of(house, house.here.receptionist)
    await write(house, delete(models.passkeys))
    done = await house.services.people.sign_in.with_password(
        RITA, PASSWORD, address=HERE, device=""
    )
    assert done.stage is Stage.PASSWORD
    assert (await house.services.people.sign_in.factors(house.here.receptionist.staff_id)).passkey


async def test_a_minted_recovery_code_is_refused(house: House) -> None:
    rita = house.here.receptionist
    await house.services.people.second_factors.new_codes(rita)
    code = "abcdefghjkmnpqrs"
    hashed = hashlib.sha256(f"{rita.staff_id}/{code}".encode()).digest()
    values = {"staff_id": rita.staff_id, "code_hash": hashed, "clinic_id": rita.clinic_id}
    await write(house, insert(models.recovery_codes).values(**values, mac=bytes(32)))
    async with house.services.database.unit_of_work() as work:
        token = await house.services.people.sessions.begin(
            work, rita.staff_id, rita.clinic_id, rita.role, Stage.PASSWORD, "", HERE
        )
    pending = await house.services.people.sessions.pending(token, HERE)
    with pytest.raises(RecordSealBroken):
        await house.services.people.second_factors.check(pending, code)


# --- whose chart, whose file ---------------------------------------------------------------------


async def test_who_is_assigned_to_what_cannot_be_added_unseen(house: House) -> None:
    made = {"target_id": house.patients[0].id, "clinic_id": house.clinic.id, "mac": None}
    rita = house.here.receptionist
    await write(house, insert(models.staff_assignments).values(staff_id=rita.staff_id, **made))
    assert await altered(house) == {"staff_assignments"}
    await write(
        house, delete(models.staff_assignments).where(models.staff_assignments.c.mac.is_(None))
    )
    moved = update(models.patient_assignments).where(
        models.patient_assignments.c.target_id == house.here.room.id,
        models.patient_assignments.c.patient_id == house.patients[0].id,
    )
    await write(house, moved.values(target_id=rita.staff_id))
    assert await altered(house) == {"patient_assignments"}


async def test_files_of_two_patients_that_were_swapped_are_found(house: House) -> None:
    await file_into(house, patient=0)
    await file_into(house, patient=1)
    one, other = house.patients[0].id, house.patients[1].id
    for table in (files, chart_entries):
        await write(
            house,
            update(table).where(table.c.patient_id == one).values(patient_id="pat_between"),
            update(table).where(table.c.patient_id == other).values(patient_id=one),
            update(table).where(table.c.patient_id == "pat_between").values(patient_id=other),
        )
    assert await altered(house) == {"files", "chart_entries"}
    with pytest.raises(RecordSealBroken):
        await house.services.charts.contents.entries(await house.chart(0), ChartFilter())


async def test_a_file_that_was_hung_into_another_entry_is_found(house: House) -> None:
    await file_into(house, patient=0)
    await file_into(house, patient=1)
    chart = await house.chart(0)
    [mine] = await house.services.charts.contents.entries(chart, ChartFilter())
    theirs = (await house.services.charts.contents.entries(await house.chart(1), ChartFilter()))[0]
    where = chart_entries.c.id == mine.id
    await write(house, update(chart_entries).where(where).values(file_id=theirs.file_id))
    assert await altered(house) == {"chart_entries"}
    with pytest.raises(RecordSealBroken):
        await house.services.files.retrieval.open(chart, mine.id, "original")


async def test_a_move_by_staff_is_no_swap(house: House) -> None:
    await file_into(house, patient=0)
    chart, right = await house.chart(0), await house.chart(1)
    [entry] = await house.services.charts.contents.entries(chart, ChartFilter())
    await house.services.charts.contents.move(chart, entry.id, right, "the wrong chart")
    assert await altered(house) == set()


# --- devices of patients -------------------------------------------------------------------------


async def test_a_device_that_was_let_in_by_the_database_is_refused(house: House) -> None:
    sent, other = await send(house), await send(house)
    await sent.enter()
    where = links.c.subject_id == other.id
    link = await row(house, select(links).where(where))
    made = {
        "token_hash": hashlib.sha256(b"minted").digest(),
        "link_id": link.id,
        "clinic_id": link.clinic_id,
        "created_at": 0,
        "expires_at": link.expires_at,
        "mac": bytes(32),
    }
    await write(house, insert(link_devices).values(**made))
    with pytest.raises(RecordSealBroken):
        await house.services.links.resume("minted", other.id, HERE)
    assert await altered(house) == {"link_devices"}


async def test_a_device_that_was_moved_to_another_visit_is_refused(house: House) -> None:
    ward = Ward(house)
    room = await ward.room("Shared")
    mine, theirs = await ward.check_in(room), await ward.check_in(room)
    hashed = hashlib.sha256(mine.token.encode()).digest()
    where = visit_devices.c.token_hash == hashed
    await write(ward.house, update(visit_devices).where(where).values(visit_id=theirs.visit_id))
    with pytest.raises(RecordSealBroken):
        await ward.house.services.visits.devices.resume(mine.token, theirs.visit_id, HERE)


# --- older installations -------------------------------------------------------------------------


async def make_old(house: House) -> None:
    """Restore the state of the previous version: no row is bound, and nothing says that any is."""
    tables = [metadata.tables[one.name] for one in TABLES]
    await write(house, *(update(table).values(mac=None) for table in tables))
    await write(house, delete(bound_clinics))


@pytest.fixture
def before_binding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found clinics the way the previous version did."""

    async def begin(*_: Any) -> None:
        return

    monkeypatch.setattr(Bindings, "begin", begin)


async def test_what_was_there_before_is_bound_once(before_binding: None, house: House) -> None:
    token = await house.token(house.here.receptionist)
    await file_into(house)
    await make_old(house)
    await house.services.audit.bindings.ensure()
    assert await house.services.people.sessions.resume(token, HERE)
    assert await house.services.charts.contents.entries(await house.chart(0), ChartFilter())
    assert await altered(house) == set()
    lines = await house.services.audit.log.lines(house.clinic.id, Filter(action=Action.ROWS_BOUND))
    assert len(lines) == 1
    await house.services.audit.bindings.ensure()
    again = await house.services.audit.log.lines(house.clinic.id, Filter(action=Action.ROWS_BOUND))
    assert len(again) == 1


async def test_rows_without_a_mac_are_not_taken_for_old_ones(house: House) -> None:
    """Nor if the mark is gone too: the audit log says that all rows were bound."""
    token = await house.token(house.here.receptionist)
    await make_old(house)
    await house.services.audit.bindings.ensure()
    assert not await house.services.audit.bindings.are_bound(house.clinic.id)
    with pytest.raises(NotSignedIn):
        await house.services.people.sessions.resume(token, HERE)
    with pytest.raises(RecordSealBroken):
        await house.services.people.sign_in.with_password(RITA, PASSWORD, address=HERE, device="")


async def test_an_operator_takes_rows_for_true(house: House) -> None:
    rita = house.here.receptionist
    await make_old(house)
    assert await house.services.audit.bindings.accept(house.clinic.id) > 0
    assert await altered(house) == set()
    done = await house.services.people.sign_in.with_password(
        RITA, PASSWORD, address=HERE, device=""
    )
    assert (await house.services.people.sessions.resume(done.token, HERE)).staff_id == rita.staff_id
