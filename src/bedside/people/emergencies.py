"""Words for emergencies: the clinic's, or the product's."""

from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.clinics import Clinic

IN_APP = N_("In an emergency call your emergency number. Nobody looks at the app right away.")
IN_REQUEST = N_(
    "In an emergency call your emergency number. What you send is not looked at right away."
)
IN_SUMMARY = N_("In an emergency call your emergency number. Do not wait for the clinic to answer.")


def emergency(clinic: Clinic, where: str = IN_REQUEST) -> str:
    """Return what to do in an emergency, on a page of this sort."""
    return clinic.options.emergency_text or _(where)
