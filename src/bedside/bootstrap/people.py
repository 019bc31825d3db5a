"""Wires people."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.kernel import clock
from bedside.kernel.known_states import OK
from bedside.people.assignments import Assignments
from bedside.people.audiences import Audiences
from bedside.people.ceremonies import Ceremonies
from bedside.people.clinics import READ_PATIENT_NUMBERS, Clinics
from bedside.people.hidden import HiddenItems
from bedside.people.joining import Joining
from bedside.people.likely import LikelyPatients
from bedside.people.passkeys import Passkeys
from bedside.people.passwords import Passwords
from bedside.people.patients import Patients
from bedside.people.permissions import Permissions
from bedside.people.phone_numbers import PhoneNumbers
from bedside.people.preferences import ContactPreferences
from bedside.people.reach import Reach
from bedside.people.reindexing import Reindexing
from bedside.people.second_factors import SecondFactors
from bedside.people.sessions import Sessions
from bedside.people.set_up import SetUp
from bedside.people.sign_in import SignIn
from bedside.people.staff import Staff
from bedside.people.teams import Teams
from bedside.people.throttling import Throttle
from bedside.services.people import PeopleServices
from bedside.services.registered import Registered


@dataclass(frozen=True, slots=True)
class PeopleParts(PeopleServices):
    """The people services, with what only other domains need."""

    throttle: Throttle
    audiences: Audiences
    reindexing: Reindexing

    def registered(self) -> Registered:
        """Return what they register for the worker."""
        return Registered(
            handlers={READ_PATIENT_NUMBERS: self.phone_numbers.read_again},
            sweeps={
                "sessions.end": (600.0, self.sessions.end_expired),
                "charts.settle": (60.0, self.joining.settle),
                "patients.index": (600.0, self.reindexing.run),
            },
        )

    async def database_state(self) -> str:
        """Return the state for /health: without a database nothing works. Raises if it does not
        answer."""
        await self.clinics.any_exist()
        return OK


def people_of(base: Base) -> PeopleParts:
    """Make clinics, staff and patients, their sign-in and permissions."""
    settings, database, vault, audit = base.settings, base.database, base.vault, base.audit.log
    clinics = Clinics(database, vault, audit, base.audit.bindings)
    passwords, teams = Passwords(), Teams(database, audit)
    throttle, reach = Throttle(database, vault), Reach(database)
    sessions = Sessions(
        database,
        vault,
        audit,
        idle=settings.session_idle_minutes * clock.MINUTE,
        longest=settings.session_hours * clock.HOUR,
    )
    sign_in = SignIn(database, vault, audit, clinics, passwords, sessions, throttle)
    staff = Staff(database, vault, audit, passwords, sessions)
    permissions = Permissions(database, audit)
    patients = Patients(database, vault, audit, reach)
    assignments = Assignments(database, vault, audit)
    return PeopleParts(
        clinics=clinics,
        patients=patients,
        joining=Joining(database, vault, audit, patients, assignments),
        likely=LikelyPatients(database, vault, audit, permissions),
        permissions=permissions,
        passwords=passwords,
        sessions=sessions,
        sign_in=sign_in,
        second_factors=SecondFactors(database, vault, audit, clinics, sessions, sign_in),
        passkeys=Passkeys(
            database, vault, audit, clinics, sign_in, Ceremonies(database, settings.base_url)
        ),
        set_up=SetUp(
            database,
            clinics,
            staff,
            teams,
            passwords,
            code_file=settings.data / "set-up-code",
            key_file=settings.key_file,
        ),
        staff=staff,
        teams=teams,
        assignments=assignments,
        throttle=throttle,
        audiences=Audiences(database),
        preferences=ContactPreferences(database, audit, patients),
        reach=reach,
        hidden=HiddenItems(database, vault, audit),
        reindexing=Reindexing(database, vault),
        phone_numbers=PhoneNumbers(database, vault, audit, clinics, patients),
    )
