"""An appointment of the first patient, in the world of the matrix."""

from bedside.care.appointments.booking import Booking, Wanted
from bedside.care.appointments.types import AppointmentType
from tests.care.booked import in_days
from tests.house import House


async def fill(house: House, ids: dict[str, str]) -> None:
    """Add a type, and an appointment of it for which there is a reason."""
    kind = AppointmentType("Rhinoscopy", 20, "Bring nothing.")
    type_id = await house.care.types.add(house.administer(), kind)
    start = in_days(9)
    wanted = Wanted(Booking.new_draft(), type_id, start, reason="Quetzal, again")
    ids["appointment_type"], ids["appointment_day"] = type_id, start[:10]
    ids["appointment_id"] = await house.care.booking.book(await house.chart(), wanted)
