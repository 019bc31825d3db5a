"""People with an account, for tests: as if they had opened the link of an invitation."""

from datetime import date

from bedside.accounts.levels import Level, Relation
from bedside.accounts.opening import Person
from bedside.accounts.sign_in import SignedIn
from bedside.people.permissions import AccountAccess, PatientAccess, link_access
from tests.house import House

MOTHER = Person("Eva Lindqvist", date(1962, 2, 3), phone="+46701740777")
BORN = date(1991, 3, 14)
"""The first patient of the house."""


async def signed_in(house: House, patient: int = 0, *, own: bool = True) -> SignedIn:
    """Open the account of a patient here and sign in on a device."""
    who = house.patients[patient]
    link = link_access("lnk_test", who.clinic_id, who.id, "app_test", "127.0.0.1")
    return await house.accounts.sign_in.by_link(link, device="a phone of the tests", own=own)


async def account_of(house: House, patient: int = 0) -> AccountAccess:
    """Return what the signed-in device of a patient proves."""
    there = await signed_in(house, patient)
    return await house.accounts.sessions.resume(there.token, "127.0.0.1")


async def side_of(house: House, patient: int = 0) -> PatientAccess:
    """Return a patient's access to their own side of the record."""
    account = await account_of(house, patient)
    return await house.accounts.sides.of(account, house.patients[patient].id)


async def let_in(
    house: House,
    relation: Relation = Relation.CARER,
    level: Level = Level.LIMITED,
    who: Person = MOTHER,
    born: date = BORN,
) -> tuple[str, AccountAccess]:
    """Let Maya's mother in; return the grant and who she is on her phone."""
    proxies = house.accounts.proxies
    by = await side_of(house) if relation is Relation.CARER else await house.chart()
    grant_id, secret = await proxies.invite(by, relation, level)
    answer = await house.links.answer(secret, born, "192.0.2.9")
    link = await house.links.resume(answer.token, grant_id, "192.0.2.9")
    there = await proxies.accept(link, who, "192.0.2.9", device="a phone", own=True)
    return grant_id, await house.accounts.sessions.resume(there.token, "192.0.2.9")
