"""An administrator who lost password and second factor is let in again from the machine."""

import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.people.permissions import operator_access
from bedside.services import Services
from tests.upkeep.conftest import Installation


def email_of(installation: Installation) -> str:
    """Return the address of the clinic's administrator."""

    async def look(services: Services) -> str:
        people = await services.people.staff.administrators(installation.clinic_id)
        return people[0].email

    return installation.inside(look)


def test_a_new_password_is_shown_and_the_old_factors_are_gone(installation: Installation) -> None:
    email = email_of(installation)
    result = installation.run("staff", "rescue", f" {email.upper()} ")
    assert result.exit_code == 0, result.output
    [password] = [line.strip() for line in result.output.splitlines() if line.startswith("    ")]

    async def look(services: Services) -> None:
        people = await services.people.staff.administrators(installation.clinic_id)
        [member] = [one for one in people if one.email == email]
        assert member.second_factors == ()
        attempt = await services.people.sign_in.with_password(
            email, password, address="192.0.2.7", device="a browser"
        )
        assert attempt.token
        lines = await services.audit.log.lines(
            installation.clinic_id, Filter(action=Action.STAFF_RESCUED)
        )
        assert [(line.subject_id, line.actor_id) for line in lines] == [(member.id, "bedside")]
        assert password not in str(lines)

    installation.inside(look)
    assert installation.run("audit", "verify").exit_code == 0


def test_somebody_disabled_is_enabled(installation: Installation) -> None:
    email = email_of(installation)

    async def disable(services: Services) -> str:
        people = await services.people.staff.administrators(installation.clinic_id)
        operator = operator_access(installation.clinic_id)
        others = [
            one
            for one in await services.people.staff.listed(operator)
            if one.id not in {person.id for person in people}
        ]
        await services.people.staff.disable(operator, others[0].id)
        return others[0].email

    other = installation.inside(disable)
    assert f"{other}, disabled" in installation.run("staff", "list").output
    assert installation.run("staff", "rescue", other).exit_code == 0
    listed = installation.run("staff", "list").output
    assert f"{other}, disabled" not in listed
    assert email in listed


@pytest.mark.parametrize("email", ["nobody@example.org", "", "%", "' OR 1=1"])
def test_an_unknown_address_changes_nothing(installation: Installation, email: str) -> None:
    result = installation.run("staff", "rescue", email)
    assert result.exit_code == 1
    assert "Nobody here has the e-mail address" in result.output
