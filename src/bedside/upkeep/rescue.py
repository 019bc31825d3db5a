"""Rescue: lets an administrator in again who lost password and second factor.

Colleagues are helped in Settings → People. When nobody is left who can do that, whoever runs the
machine can. The audit log says so.
"""

from dataclasses import dataclass

from bedside.audit import Action
from bedside.errors import NotFound
from bedside.people.clinics import Clinic
from bedside.people.permissions import operator_access
from bedside.people.staff import Member
from bedside.services import Services


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff, with the clinic."""

    clinic: Clinic
    member: Member


async def everybody(services: Services) -> list[Colleague]:
    """Return the staff of all clinics."""
    return [
        Colleague(clinic, member)
        for clinic in await services.people.clinics.all()
        for member in await services.people.staff.listed(operator_access(clinic.id))
    ]


async def rescue(services: Services, email: str) -> tuple[Colleague, str]:
    """Give somebody a new first password, remove their second factors, enable the account and end
    their sessions. Returns whom, and the password.

    Raises NotFound if nobody has this e-mail address.
    """
    wanted = email.strip().casefold()
    for one in await everybody(services):
        if one.member.email.casefold() == wanted:
            break
    else:
        raise NotFound(
            f"Nobody here has the e-mail address {email}. “bedside staff list” names all."
        )
    operator, staff_id = operator_access(one.clinic.id), one.member.id
    await services.audit.log.note(
        one.clinic.id, operator.actor, Action.STAFF_RESCUED, subject_id=staff_id
    )
    password = services.people.passwords.made_up()
    await services.people.staff.give_password(operator, staff_id, password)
    await services.people.second_factors.reset(operator, staff_id)
    if one.member.disabled:
        await services.people.staff.enable(operator, staff_id)
    return one, password
