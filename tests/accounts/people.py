"""People with an account, for tests: as if they had opened the link of an invitation."""

from bedside.accounts.sign_in import SignedIn
from bedside.people.permissions import AccountAccess, PatientAccess, link_access
from tests.house import House


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
