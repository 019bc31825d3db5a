"""Staff, teams, and who is assigned to what."""

import pytest
from pydantic import ValidationError

from bedside.errors import Conflict, NotFound, WrongInput
from bedside.people.roles import Role
from bedside.people.staff import Person
from bedside.people.teams import TeamKind
from tests.house import PASSWORD, House
from tests.people.awkward_names import NO_NAMES

pytestmark = [pytest.mark.anyio, pytest.mark.feature("A2")]

NOOR = Person(name="Noor Haddad", email="noor@riverside.example", role=Role.STAFF)


async def test_a_newcomer_is_listed_and_named(house: House) -> None:
    added = await house.services.people.staff.add(
        house.administer(), NOOR, "for the first day only"
    )
    members = await house.services.people.staff.listed(house.administer())
    assert [m.name for m in members] == [
        "Ada Norberg",
        "Dr Amara Okafor",
        "Noor Haddad",
        "Rita Sandberg",
    ]
    named = await house.services.people.staff.named(house.clinic.id, {added.id, "stf_nobody"})
    assert named == {added.id: "Noor Haddad"}
    assert await house.services.people.staff.named(house.next_door.clinic.id, {added.id}) == {}


async def test_an_address_signs_in_to_one_clinic_only(house: House) -> None:
    with pytest.raises(WrongInput) as refused:
        await house.services.people.staff.add(
            house.administer(house.next_door),
            Person(name="R", email="Rita@RIVERSIDE.example", role=Role.STAFF),
            "for the first day only",
        )
    assert refused.value.field == "email"


async def test_a_clinic_keeps_an_administrator(house: House) -> None:
    clinic, ada = house.administer(), house.here.administrator.staff_id
    staff = house.services.people.staff
    for attempt in (staff.disable(clinic, ada), staff.change_role(clinic, ada, Role.STAFF)):
        with pytest.raises(Conflict, match="only administrator"):
            await attempt
    await staff.change_role(clinic, house.here.clinician.staff_id, Role.ADMINISTRATOR)
    await staff.change_role(clinic, ada, Role.STAFF)


async def test_nobody_reaches_into_the_clinic_next_door(house: House) -> None:
    staff, stranger = house.services.people.staff, house.next_door.receptionist.staff_id
    clinic = house.administer()
    for attempt in (
        staff.get(clinic.clinic_id, stranger),
        staff.disable(clinic, stranger),
        staff.enable(clinic, stranger),
        staff.change_role(clinic, stranger, Role.STAFF),
        staff.give_password(clinic, stranger, "for the first day only"),
        staff.assign(clinic, stranger, house.here.room.id),
        staff.assign(clinic, house.here.clinician.staff_id, house.next_door.room.id),
        staff.assign(clinic, house.here.clinician.staff_id, house.next_door.patients[0].id),
        staff.unassign(clinic, stranger, house.next_door.room.id),
        house.services.people.teams.rename(clinic, house.next_door.room.id, "Ours"),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await staff.get(house.next_door.clinic.id, stranger)).name == "Rita Sandberg"


@pytest.mark.feature("S2")
async def test_assignments_decide_whose_charts_open(house: House) -> None:
    staff, clinic = house.services.people.staff, house.administer()
    rita, maya = house.here.receptionist, house.patients[0]
    await staff.unassign(clinic, rita.staff_id, house.here.room.id)
    with pytest.raises(NotFound):
        await house.chart(0, rita)
    await staff.assign(clinic, rita.staff_id, maya.id)
    await staff.assign(clinic, rita.staff_id, maya.id)
    assert (await house.chart(0, rita)).patient_id == maya.id
    with pytest.raises(NotFound):
        await house.chart(1, rita)
    assert await staff.targets_of(clinic, rita.staff_id) == {maya.id}
    assert rita.staff_id not in await staff.by_groups(clinic)


async def test_teams_are_made_renamed_and_listed_by_name(house: House) -> None:
    teams, clinic = house.services.people.teams, house.administer()
    night = await teams.create(clinic, TeamKind.TEAM, "  Night   shift ")
    await teams.rename(clinic, night.id, "Evening shift")
    assert [(t.name, t.kind) for t in await teams.listed(clinic.clinic_id)] == [
        ("Evening shift", "team"),
        ("Reception", "room"),
    ]
    for name in (" ", "x" * 81):
        with pytest.raises(WrongInput):
            await teams.create(clinic, TeamKind.ROOM, name)


async def test_a_lost_password_is_replaced_by_a_first_one(house: House) -> None:
    rita = house.here.receptionist.staff_id
    await house.services.people.staff.give_password(
        house.administer(), rita, "for the first day only"
    )
    with pytest.raises(WrongInput):
        await house.services.people.sign_in.with_password(
            "rita@riverside.example", PASSWORD, address="", device=""
        )
    assert len(await house.services.people.sessions.listed(house.here.receptionist)) == 0


async def test_everything_done_to_staff_is_in_an_unbroken_log(house: House) -> None:
    clinic, amara = house.administer(), house.here.clinician.staff_id
    await house.services.people.staff.change_role(clinic, amara, Role.STAFF)
    await house.services.people.staff.disable(clinic, amara)
    lines = await house.services.audit.log.lines(clinic.clinic_id, _latest())
    assert [line.action for line in lines] == ["staff.disabled", "staff.changed"]
    assert {line.subject_id for line in lines} == {amara}
    assert (await house.services.audit.log.verify(clinic.clinic_id)).broken_at is None


def _latest():
    from bedside.audit.recorder import Filter

    return Filter(limit=2)


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_member_of_staff_has_a_name_that_can_be_read(name: str) -> None:
    with pytest.raises(ValidationError):
        Person(name=name, email="a@clinic.example", role=Role.STAFF)
    assert Person(name="\u202eA\u200bda ", email="a@clinic.example", role=Role.STAFF).name == "Ada"
