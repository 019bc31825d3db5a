"""Visits in progress whose patient has lost the page, found by a number or e-mail address, and the
message that leads back."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.pieces import in_pieces
from bedside.kernel.unit_of_work import Row, Transactions, UnitOfWork
from bedside.notifications.messenger import Messenger, Notice
from bedside.people.by_address import Address
from bedside.people.clinics import Clinics
from bedside.people.patients import SEALED_PATIENTS, PatientRow, opened
from bedside.visits import room_rows, rows
from bedside.visits.models import NOT_ENDED, visits
from bedside.visits.rows import VisitRow
from bedside.visits.sms_texts import again_wording
from bedside.visits.states import State
from bedside.visits.telephone import link_into
from bedside.visits.ways_back import WaysBack

USEFUL_FOR = clock.HOUR
_going_on = prepared(
    select(*visits.c, SEALED_PATIENTS.c.person)
    .select_from(
        visits.outerjoin(SEALED_PATIENTS, SEALED_PATIENTS.c.patient == visits.c.patient_id)
    )
    .where(visits.c.clinic_id == bindparam("clinic"), NOT_ENDED)
    .order_by(visits.c.id.desc())
)


class LostPlace(NamedTuple):
    """A visit in progress that somebody may have lost. `to` is the address as it is stored;
    `of_chart` says whether it is the chart's, or was typed at the check-in."""

    visit_id: str
    patient_id: str
    to: str
    of_chart: bool


class LostPlaces:
    """Finds such visits, and sends the link back to them."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        messenger: Messenger,
        ways_back: WaysBack,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._messenger = messenger
        self._ways_back = ways_back
        self._base_url = base_url

    async def at(self, clinic_id: str, address: Address) -> list[LostPlace]:
        """Return the visits in progress of patients who are reached there, newest first."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.aside() as db:
            found = await db.all(_going_on, clinic=clinic_id)
        places = await in_pieces(lambda row: _place(keys, row, address), found)
        return [place for place in places if place is not None]

    async def lock(self, work: UnitOfWork, place: LostPlace) -> VisitRow | None:
        """Lock and return the visit; None if it has ended."""
        row = await work.one(rows.for_change, of=place.visit_id)
        return row if row is not None and row.state != State.ENDED else None

    async def send(
        self, work: UnitOfWork, row: VisitRow, place: LostPlace, address: Address, cause: str
    ) -> None:
        """Send the link back to a locked visit. If no date of birth is known that it could ask
        for, it leads back on the device that checked in, and others to the door."""
        keys = await self._vault.clinic(row.clinic_id)
        clinic = await self._clinics.get(row.clinic_id)
        secret = await self._ways_back.issue(work, keys, row.id)
        link = f"{self._base_url}/l/my/{row.id}/{secret}"
        if not secret:
            room = await work.one(room_rows.by_id, of=row.room_id)
            link = link_into(self._base_url, row.id, room.slug if room else "")
        language = str(rows.typed(keys, row).get("language", clinic.options.language))
        text = again_wording(clinic, link, language)
        mail = address.channel == "email"
        await self._messenger.send(
            work,
            Notice(
                row.clinic_id,
                row.patient_id if place.of_chart else "",
                f"{row.id}/again/{cause}",
                address.channel,
                place.to,
                text.text,
                subject=text.subject if mail else "",
                html=text.html if mail else "",
                useful_for=USEFUL_FOR,
                contact_of="" if place.of_chart else row.patient_id,
            ),
        )
        await self._audit.record(
            work,
            row.clinic_id,
            SYSTEM,
            Action.LINK_SENT_AGAIN,
            patient_id=row.patient_id,
            subject_id=row.id,
        )


def _place(keys: ClinicKeys, row: Row, address: Address) -> LostPlace | None:
    """Return the visit if its patient is reached at this address: the chart's, or the typed one if
    the chart has none that can be used. One that reached somebody else counts in neither."""
    doubted: tuple[str, ...] = ()
    if row.patient_id and row.person is not None:
        who = opened(keys, PatientRow(row.patient_id, row.clinic_id, row.person)).demographics
        if address.is_of(who):
            return LostPlace(row.id, row.patient_id, address.as_stored(who), of_chart=True)
        if who.phone and who.phone not in who.doubted:
            return None
        doubted = who.doubted
    typed = str(keys.unseal(rows.COLUMN, row.id, row.record).get("phone", ""))
    if typed in doubted or not address.is_number(typed):
        return None
    return LostPlace(row.id, row.patient_id, address.to, of_chart=False)
