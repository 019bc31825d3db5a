"""Alerts to people that somebody signs in with their password but without their second factor."""

from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.notifications.messenger import StaffAlert, StaffAlerter
from bedside.people.clinics import Clinics
from bedside.people.staff import Staff

ONCE_IN = clock.HOUR


class CodeAlerts:
    """Alerts the person, through the channels they have chosen."""

    def __init__(self, clinics: Clinics, staff: Staff, alerter: StaffAlerter) -> None:
        self._clinics = clinics
        self._staff = staff
        self._alerter = alerter

    async def wrong_codes(self, work: UnitOfWork, clinic_id: str, staff_id: str) -> None:
        """See `people.sign_in.CodesListener`."""
        member = await self._staff.get(clinic_id, staff_id)
        clinic = await self._clinics.get(clinic_id)
        said = _(
            "Somebody entered your right password at {clinic} and then a wrong code, several "
            "times. If it was not you, change your password now."
        )
        alert = StaffAlert(
            clinic_id=clinic_id,
            patient_id="",
            cause_id=f"{staff_id}/codes/{clock.now() // ONCE_IN}",
            subject=_("Wrong codes after your password"),
            text=said.format(clinic=clinic.name),
            path="/account",
        )
        await self._alerter.alert(work, member, alert)
