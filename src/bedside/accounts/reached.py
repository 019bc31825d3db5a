"""The people who are told of what is new for a patient: the patient, or who is in their place.

A proxy of a patient with an account of their own is told of nothing: it is the patient's to open
first, and from whom somebody hides is often near.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from bedside.accounts.access import today
from bedside.accounts.bound import ACCOUNTS, GRANTS
from bedside.accounts.changes import PREFIX as NOTICES
from bedside.accounts.levels import PARTS, Level, Relation, level_on, parts_of, unseen_on
from bedside.accounts.models import accounts, grants
from bedside.accounts.options import AccountOptions
from bedside.accounts.rows import AccountRow, GrantRow
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel import clock
from bedside.kernel.ids import is_id
from bedside.kernel.unit_of_work import Reader
from bedside.notifications.plans.devices import AppDevices
from bedside.people.clinics import Clinics
from bedside.people.hidden import HiddenItems
from bedside.people.patients import Patients

_own = prepared(
    select(accounts).where(
        accounts.c.patient_id == bindparam("patient"),
        accounts.c.clinic_id == bindparam("clinic"),
        accounts.c.closed_at == 0,
    ),
    AccountRow,
)
_granted = prepared(
    select(grants).where(
        grants.c.patient_id == bindparam("patient"),
        grants.c.clinic_id == bindparam("clinic"),
        grants.c.begins_at > 0,
        (grants.c.ends_at == 0) | (grants.c.ends_at > bindparam("moment")),
    ),
    GrantRow,
)


class Reached:
    """See `notifications.plans.subject.PatientDevices`."""

    def __init__(
        self,
        vault: Vault,
        clinics: Clinics,
        patients: Patients,
        devices: AppDevices,
        hidden: HiddenItems,
    ) -> None:
        self._vault = vault
        self._clinics = clinics
        self._patients = patients
        self._devices = devices
        self._hidden = hidden

    async def of_patient(
        self, reader: Reader, clinic_id: str, patient_id: str, items: Sequence[str]
    ) -> list[str]:
        """Return the devices of the patient, or of the proxies who see everything, also these
        items, if the patient has no account. Of changes of what they see, proxies are told by
        `ProxyChanges`."""
        keys = await self._vault.clinic(clinic_id)
        own = await reader.all(_own, patient=patient_id, clinic=clinic_id)
        people = [row.id for row in own if ACCOUNTS.holds(keys, row)]
        if not people:
            people = await self._in_their_place(reader, clinic_id, patient_id, items)
        return await self._devices.of_accounts(reader, clinic_id, people)

    async def _in_their_place(
        self, reader: Reader, clinic_id: str, patient_id: str, items: Sequence[str]
    ) -> list[str]:
        if any(is_id(one, NOTICES) for one in items):
            return []
        keys = await self._vault.clinic(clinic_id)
        patient = await self._patients.addressed_in(reader, clinic_id, patient_id)
        if patient is None:
            return []
        clinic = await self._clinics.get(clinic_id)
        options, day = clinic.of(AccountOptions), today(clinic.options.time_zone)
        hidden, born = await self._hidden.hidden(reader, items), patient.birth_date
        found = await reader.all(_granted, patient=patient_id, clinic=clinic_id, moment=clock.now())
        return [
            row.account_id
            for row in found
            if GRANTS.holds(keys, row)
            and not any(
                one.is_from(row.id, unseen_on(Relation(row.relation), born, day, options))
                for one in hidden
            )
            and parts_of(level_on(Relation(row.relation), Level(row.level), born, day, options))
            == PARTS[Level.FULL]
        ]
