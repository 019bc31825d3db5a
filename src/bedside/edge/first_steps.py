"""The first steps of a new clinic that are still to be taken, for its administrators."""

from dataclasses import dataclass

from bedside.kernel.language import gettext as _
from bedside.people.permissions import ClinicAccess
from bedside.services import Services


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to set up. `why` is what patients or colleagues notice without it; `done` is None
    when it cannot be seen from here."""

    name: str
    why: str
    href: str
    done: bool | None


async def first_steps(services: Services, clinic: ClinicAccess) -> list[Step]:
    """Return the steps in the order in which they are best done."""
    options = (await services.people.clinics.get(clinic.clinic_id)).options
    trials = await services.notifications.trials.latest(clinic.clinic_id)
    rooms = await services.visits.rooms.of_clinic(clinic.staff)
    people = [m for m in await services.people.staff.listed(clinic) if not m.disabled]
    return [
        Step(
            _("Telephone for patients"),
            _("Patients read it wherever something does not work for them."),
            "/settings/clinic#phone",
            bool(options.phone),
        ),
        Step(
            _("What to do in an emergency"),
            _("Patients read it on requests, in the waiting room and in visits."),
            "/settings/clinic#emergency_text",
            bool(options.emergency_text),
        ),
        Step(
            _("A message that arrives"),
            _("Send yourself a test by e-mail or SMS: links to patients go the same way."),
            "/settings/health#test",
            any(trial.arrived for trial in trials.values()),
        ),
        Step(
            _("An address over HTTPS"),
            _("Browsers give camera and microphone only to pages over HTTPS."),
            "/settings/health",
            services.settings.base_url.startswith("https://"),
        ),
        Step(
            _("A waiting room"),
            _("Patients check in there. Its address goes on your letters and your website."),
            "/settings/rooms",
            bool(rooms),
        ),
        Step(
            _("Colleagues"),
            _("Everybody signs in with an account of their own: the log says who did what."),
            "/settings/people",
            len(people) > 1,
        ),
        Step(
            _("A backup"),
            _("Whoever runs the server sets it up: “bedside backup” every night, the key apart."),
            "",
            None,
        ),
    ]
