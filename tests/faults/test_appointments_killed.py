"""The server is killed while an appointment is booked, moved, or cancelled: the patient has one
time, never two and never none, and one message of each change."""

import pytest

from bedside.care.appointments.booking import Booking
from bedside.care.appointments.types import AppointmentType
from bedside.people.permissions import Permissions, staff_access
from bedside.people.roles import Role
from bedside.services import Services
from tests.care.booked import in_days
from tests.faults.conftest import Installed
from tests.faults.servers import Server, wait_until
from tests.faults.test_visits_killed import dies
from tests.faults.ward import Ward

pytestmark = pytest.mark.feature("T6")

KIND = AppointmentType("Follow-up", 20)


@pytest.fixture
def ward(server: Server, installed: Installed) -> Ward:
    """Open rooms; the server is not started yet."""
    return Ward(server, installed).prepare()


def type_of(ward: Ward) -> str:
    """Add a type of appointments."""

    async def add(services: Services) -> str:
        permissions: Permissions = services.people.permissions
        staff = staff_access(
            ward.installed.staff_id,
            ward.installed.clinic_id,
            Role.ADMINISTRATOR,
            "ses_test",
            "127.0.0.1",
        )
        return await services.care.types.add(permissions.administer(staff), KIND)

    return ward.server.inside(add)


def now(ward: Ward) -> list[tuple[object, ...]]:
    """Return what is booked."""
    return ward.server.ask("SELECT local_start, state, sequence FROM appointments")


@pytest.mark.parametrize(
    "step", ["booking", "booked", "moving", "moved", "cancelling", "cancelled"]
)
def test_killed_while_an_appointment_changes(ward: Ward, step: str) -> None:
    server, here = ward.server, f"/patients/{ward.installed.patient_id}/appointments"
    type_id, one = type_of(ward), Booking.new_draft()
    first, second = in_days(9), in_days(11)
    presses = {
        "book": (
            f"{here}/new",
            {"id": one, "type": type_id, "day": first[:10], "time": first[11:], "channels": "sms"},
        ),
        "mov": (f"{here}/{one}/move", {"day": second[:10], "time": second[11:]}),
        "cancell": (f"{here}/{one}/cancel", {"words": ""}),
    }
    expected = {
        "book": [(first, "booked", 0)],
        "mov": [(second, "moved", 1)],
        "cancell": [(second, "cancelled", 2)],
    }
    server.start(f"appointment.{step}")
    before: list[tuple[object, ...]] = []
    for name, (address, form) in presses.items():
        if step in (f"{name}ing", f"{name}ed"):
            dies(ward, lambda at=address, given=form: ward.post(at, **given))
            assert now(ward) == (before if step.endswith("ing") else expected[name])
            if step.endswith("ing") or name == "book":
                assert ward.post(address, **form).status_code == 303
        else:
            assert ward.post(address, **form).status_code == 303
        before = now(ward)
        assert before == expected[name]
        wait_until(server.is_idle, "the jobs")
    sent = "SELECT count(*) FROM notifications WHERE channel = 'sms' AND cause_id LIKE 'apt_%'"
    assert server.ask(sent) == [(3,)]
