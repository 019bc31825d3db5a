"""Patients, proxies and files for the tests of sharing."""

from collections.abc import AsyncIterator
from typing import Any

from bedside.charts.channels import Channel
from bedside.charts.patient_side import OwnEntry
from bedside.files.announcing import Allowance, Announced
from bedside.people.permissions import PatientAccess, account_access, patient_access
from bedside.people.record_parts import Part
from bedside.sharing.shares import Wanted
from tests.hostile import builders
from tests.house import House
from tests.requests.sending import do_jobs

ALL = frozenset(Part)
ADDRESS = "203.0.113.9"


def signed_in(
    house: House, patient: int = 0, *, parts: frozenset[Part] = ALL, session: str = "ase_one"
) -> PatientAccess:
    """Return the permission of a patient of the house who is signed in to the app."""
    patient_id = house.patients[patient].id
    account = account_access(f"acc_{patient}", house.clinic.id, patient_id, session, ADDRESS)
    return patient_access(account, patient_id, parts)


def proxy(house: House, *parts: Part) -> PatientAccess:
    """Return the permission of somebody else whom the first patient let in."""
    account = account_access("acc_mother", house.clinic.id, "", "ase_mother", ADDRESS)
    return patient_access(account, house.patients[0].id, frozenset(parts))


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    """Yield bytes as from a network."""
    yield content


async def given(
    house: House,
    name: str = "letter.pdf",
    content: bytes = b"",
    *,
    patient: int = 0,
    channel: str = Channel.SECURE_LINK,
) -> str:
    """File something that the clinic gave to a patient, scanned and ready. Returns the entry."""
    chart = await house.chart(patient)
    content = content or builders.simple_pdf()
    uploads = house.files.uploads
    begun = await uploads.begin_for_chart(
        chart, Announced(name, len(content)), Allowance(len(content)), channel=channel
    )
    await uploads.append(chart, begun.id, 0, pieces(content))
    await do_jobs(house)
    return (await house.charts.contents.entry_of_file(chart, begun.file_id)).id


async def in_view(house: House, patient: PatientAccess | None = None) -> list[OwnEntry]:
    """Return what a patient sees."""
    return await house.charts.patient_side.entries(patient or signed_in(house))


def wanted(house: House, *entry_ids: str, **other: Any) -> Wanted:
    """Return a share to be made."""
    values = {"label": "For Dr Ekström", "passcode": "4711 rain", "days": 14, **other}
    draft = values.pop("id", house.sharing.links.new_draft())
    return Wanted(id=draft, entry_ids=entry_ids, **values)


async def share(house: House, *entry_ids: str, **other: Any) -> tuple[str, str]:
    """Make a share. Returns its id and its link."""
    patient = signed_in(house)
    share_id = await house.sharing.links.create(patient, wanted(house, *entry_ids, **other))
    return share_id, (await house.sharing.links.one(patient, share_id)).link
