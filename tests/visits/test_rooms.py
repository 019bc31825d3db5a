"""Rooms: created wherever rooms are created, personal and shared, addresses, opening."""

import pytest
from pydantic import ValidationError

from bedside.errors import NotFound, WrongInput
from bedside.people.teams import TeamKind
from bedside.visits.room_rows import slug_of
from bedside.visits.rooms import RoomChange, RoomKind, RoomOptions
from tests.visits.ward import Ward

pytestmark = [pytest.mark.anyio, pytest.mark.feature("V1")]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Dr Okafor’s room", "dr-okafor"),
        ("Minor injuries", "minor-injuries"),
        ("  Señor Gómez's Room ", "senor-gomez"),
        ("Εξέταση", "room"),
        ("x" * 80, "x" * 40),
    ],
)
def test_an_address_is_made_of_the_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


async def test_every_room_that_is_made_anywhere_has_an_address(ward: Ward) -> None:
    house = ward.house
    made = await house.services.people.teams.create(house.administer(), TeamKind.ROOM, "Eye clinic")
    team = await house.services.people.teams.create(
        house.administer(), TeamKind.TEAM, "Night shift"
    )
    found = await house.services.visits.rooms.by_slug("eye-clinic")
    assert found is not None
    assert (found.id, found.kind, found.open) == (made.id, RoomKind.SHARED, False)
    with pytest.raises(NotFound):
        await house.services.visits.rooms.get(house.clinic.id, team.id)
    here, there = house.here.room.id, house.next_door.room.id
    reception = await house.services.visits.rooms.get(house.clinic.id, here)
    other = await house.services.visits.rooms.get(house.next_door.clinic.id, there)
    assert (reception.slug, other.slug) == ("reception", "reception-2")
    assert await house.services.visits.rooms.by_slug("nowhere") is None


async def test_the_owner_of_a_personal_room_is_in_charge_of_it(ward: Ward) -> None:
    house = ward.house
    owner = house.here.clinician
    wanted = RoomChange("Dr Okafor’s room", RoomKind.PERSONAL, owner.staff_id)
    room = await house.services.visits.rooms.create(house.administer(), wanted)
    assert (room.owner_id, room.personal) == (owner.staff_id, True)
    await house.services.people.permissions.room(owner, room.id)
    assert room.id in {one.id for one in await house.services.visits.rooms.of_staff(owner)}
    shared = RoomChange("Everyone’s", slug="everyone", options=RoomOptions(welcome_text="Hello"))
    changed = await house.services.visits.rooms.change(house.administer(), room.id, shared)
    assert (changed.name, changed.slug, changed.owner_id) == ("Everyone’s", "everyone", "")
    assert changed.options.welcome_text == "Hello"
    assert await house.services.visits.rooms.by_slug("dr-okafor") is None


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (RoomChange(" "), "name"),
        (RoomChange("Mine", RoomKind.PERSONAL), "owner"),
        (RoomChange("Mine", RoomKind.PERSONAL, "stf_nobody"), "owner"),
        (RoomChange("New", slug="Not so"), "slug"),
        (RoomChange("New", slug="../x"), "slug"),
        (RoomChange("New", slug="x" * 61), "slug"),
        (RoomChange("New", slug="reception"), "slug"),
    ],
)
async def test_what_has_to_be_corrected(quick_ward: Ward, wanted: RoomChange, field: str) -> None:
    house = quick_ward.house
    before = len(await house.services.visits.rooms.of_clinic(house.here.clinician))
    with pytest.raises(WrongInput) as said:
        await house.services.visits.rooms.create(house.administer(), wanted)
    assert said.value.field == field
    assert len(await house.services.visits.rooms.of_clinic(house.here.clinician)) == before


def test_options_have_bounds() -> None:
    assert RoomOptions.model_validate({"ask_phone": "required"}).ask_phone == "required"
    with pytest.raises(ValidationError, match="welcome_text"):
        RoomOptions.model_validate({"welcome_text": "x" * 1_001})


async def test_rooms_of_others_cannot_be_changed(quick_ward: Ward) -> None:
    house = quick_ward.house
    there = house.administer(house.next_door)
    with pytest.raises(NotFound):
        await house.services.visits.rooms.change(there, house.here.room.id, RoomChange("Mine now"))
    assert (
        await house.services.visits.rooms.get(house.clinic.id, house.here.room.id)
    ).name == "Reception"


@pytest.mark.feature("V9")
async def test_the_list_of_rooms_shows_which_are_open_and_how_many_wait(ward: Ward) -> None:
    house = ward.house
    mine = await ward.room("Mine")
    theirs = await ward.room("Theirs", house.here.receptionist, opened=False)
    first = await ward.check_in(mine)
    await ward.check_in(mine)
    await ward.admit(mine, first.visit_id)
    listed = {one.room.id: one for one in await house.services.visits.rooms.of_clinic(mine.staff)}
    own, other = listed[mine.room_id], listed[theirs.room_id]
    assert (own.room.open, own.waiting, own.count.seen, own.mine) == (True, 1, 1, True)
    assert (other.room.open, other.waiting, other.count.seen, other.mine) == (False, 0, 0, False)
