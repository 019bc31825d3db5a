"""People: clinics, staff and patients, how they sign in and what they may do."""

from dataclasses import dataclass

from bedside.people.assignments import Assignments
from bedside.people.clinics import Clinics
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
from bedside.people.second_factors import SecondFactors
from bedside.people.sessions import Sessions
from bedside.people.set_up import SetUp
from bedside.people.sign_in import SignIn
from bedside.people.staff import Staff
from bedside.people.teams import Teams


@dataclass(frozen=True, slots=True)
class PeopleServices:
    """`services.people`."""

    clinics: Clinics
    patients: Patients
    joining: Joining
    likely: LikelyPatients
    permissions: Permissions
    passwords: Passwords
    sessions: Sessions
    sign_in: SignIn
    second_factors: SecondFactors
    passkeys: Passkeys
    set_up: SetUp
    staff: Staff
    teams: Teams
    assignments: Assignments
    phone_numbers: PhoneNumbers
    preferences: ContactPreferences
    reach: Reach
    hidden: HiddenItems
