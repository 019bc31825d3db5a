"""Alerts to people whose device gets no notifications any more: who relies on it would wait in
silence."""

from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.notifications.messenger import StaffAlert, StaffAlerter
from bedside.notifications.push_devices import DeviceRow
from bedside.people.clinics import Clinics
from bedside.people.staff import Staff


class DeviceEnds:
    """Alerts the owner, through the channels that are left."""

    def __init__(self, clinics: Clinics, staff: Staff, alerter: StaffAlerter) -> None:
        self._clinics = clinics
        self._staff = staff
        self._alerter = alerter

    async def ended(self, work: UnitOfWork, device: DeviceRow, label: str) -> None:
        """See `push_devices.EndListener`."""
        member = await self._staff.get(device.clinic_id, device.staff_id)
        clinic = await self._clinics.get(device.clinic_id)
        text = _(
            "{device} gets no notifications of {clinic} any more. Open your account there to turn "
            "them on again, or choose e-mail or SMS."
        )
        alert = StaffAlert(
            clinic_id=device.clinic_id,
            patient_id="",
            cause_id=f"{device.id}/ended/{clock.now()}",
            subject=_("A device gets no notifications any more"),
            text=text.format(device=label, clinic=clinic.name),
            path="/account#devices",
        )
        await self._alerter.alert(work, member, alert)
