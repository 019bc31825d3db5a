"""Likely patients: those whose name and date of birth are equal, or nearly so.

For staff only, who decide. Whoever types a name at a door learns nothing from it.
"""

from dataclasses import dataclass
from datetime import date

from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.kernel.unit_of_work import Transactions
from bedside.kernel.words import fold
from bedside.people import patient_index
from bedside.people.likeness import Likeness, Reason, compare, dates_near, likeness_to
from bedside.people.names import folded, name_of
from bedside.people.patient_index import Group
from bedside.people.patient_statements import PatientRow, with_tokens
from bedside.people.patients import Demographics, Patient, opened
from bedside.people.permissions import Permissions, StaffAccess

_COMPARED = 200
"""The most patients compared in one way of looking."""


@dataclass(frozen=True, slots=True)
class Likely:
    """A patient, and how like somebody they are."""

    patient: Patient
    likeness: Likeness

    @property
    def equal(self) -> bool:
        """Whether name and date of birth are the same."""
        return self.likeness.equal


@dataclass(frozen=True, slots=True)
class AlreadyHere:
    """The patients that somebody about to be added may be: those whom this member of staff may
    see, and whether there is one with the same name and date of birth whom they may not."""

    seen: list[Likely]
    another: bool

    def __bool__(self) -> bool:
        return bool(self.seen) or self.another


class LikelyPatients:
    """Finds the patients that somebody may be."""

    def __init__(
        self, database: Transactions, vault: Vault, audit: AuditLog, permissions: Permissions
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._permissions = permissions

    async def of(self, clinic_id: str, name: str, born: date | None) -> list[Likely]:
        """Return the patients of a clinic, the most alike first. The caller checks which of them
        may be shown to whom."""
        found: dict[str, PatientRow] = {}
        for groups in await self._ways(clinic_id, name, born):
            found |= {row.id: row for row in await self._look(clinic_id, groups)}
        keys = await self._vault.clinic(clinic_id)
        likely: list[Likely] = []
        for row in found.values():
            patient = opened(keys, row)
            known = patient.demographics
            alike = likeness_to(name, born, known.name, known.earlier_names, known.birth_date)
            if alike is not None:
                likely.append(Likely(patient, alike))
        return sorted(likely, key=_order)

    async def of_person(self, clinic_id: str, who: Demographics) -> list[Likely]:
        """Return the same for all that is known of somebody: earlier names, one of the numbers,
        and the name together with the phone number when the date of birth is another."""
        found = {one.patient.id: one for one in await self.of(clinic_id, who.name, who.birth_date)}
        for name in who.earlier_names:
            for one in await self.of(clinic_id, name, who.birth_date):
                reasons = dict.fromkeys((Reason.EARLIER_NAME, *one.likeness.reasons))
                by_it = Likely(one.patient, Likeness(tuple(reasons), name))
                found.setdefault(one.patient.id, by_it)
        for one in await self._by_numbers(clinic_id, who):
            found.setdefault(one.patient.id, one)
        return sorted(found.values(), key=_order)

    async def _by_numbers(self, clinic_id: str, who: Demographics) -> list[Likely]:
        keys = await self._vault.clinic(clinic_id)
        likely: list[Likely] = []
        if who.identifiers:
            group = patient_index.with_identifiers(keys, who.identifiers.values())
            for row in await self._look(clinic_id, [group]):
                patient = opened(keys, row)
                if _share_a_number(who, patient.demographics):
                    likely.append(Likely(patient, Likeness((Reason.SAME_NUMBER,))))
        if group := patient_index.with_phone(keys, who.phone):
            for row in await self._look(clinic_id, [group]):
                patient = opened(keys, row)
                alike = compare(name_of(who.name), name_of(patient.name))
                if alike == () and patient.demographics.phone == who.phone:
                    likely.append(Likely(patient, Likeness((Reason.OTHER_DATE,))))
        return likely

    async def seen_by(self, staff: StaffAccess, name: str, born: date | None) -> list[Likely]:
        """Return the same, without patients whom this person may not see."""
        likely = await self.of(staff.clinic_id, name, born)
        return [one for one in likely if await self._permissions.sees(staff, one.patient.id)]

    async def person_seen_by(self, staff: StaffAccess, who: Demographics) -> list[Likely]:
        """Return the same for all that is known of somebody: see `of_person`."""
        likely = await self.of_person(staff.clinic_id, who)
        return [one for one in likely if await self._permissions.sees(staff, one.patient.id)]

    async def before_adding(self, staff: StaffAccess, who: Demographics) -> AlreadyHere:
        """Return who may be meant by a patient about to be added. The answer reveals that there is
        a patient of this name: that is a look, and recorded."""
        return await self._already(staff, await self.of_person(staff.clinic_id, who))

    async def before_changing(
        self, staff: StaffAccess, patient_id: str, before: Demographics, now: Demographics
    ) -> AlreadyHere:
        """Return who a patient would be like after a change, and was not before. Recorded like
        `before_adding`."""
        earlier = {
            one.patient.id: one.equal for one in await self.of_person(staff.clinic_id, before)
        }
        likely = [
            one
            for one in await self.of_person(staff.clinic_id, now)
            if one.patient.id != patient_id
            and (one.patient.id not in earlier or (one.equal and not earlier[one.patient.id]))
        ]
        return await self._already(staff, likely)

    async def _already(self, staff: StaffAccess, likely: list[Likely]) -> AlreadyHere:
        seen: list[Likely] = []
        another = False
        for one in likely:
            if await self._permissions.sees(staff, one.patient.id):
                seen.append(one)
            elif one.equal:
                another = True
                await self._audit.note(
                    staff.clinic_id, staff.actor, Action.ACCESS_REFUSED, patient_id=one.patient.id
                )
        return AlreadyHere(seen, another)

    async def same(self, clinic_id: str, name: str, born: date | None) -> list[Patient]:
        """Return the clinic's patients with this name and date of birth, or if there are none,
        those who had the name before; none if the date is unknown. The caller checks which of them
        may be shown to whom."""
        likely = await self.of(clinic_id, name, born)
        by_earlier = (Reason.EARLIER_NAME,)
        return [one.patient for one in likely if one.equal] or [
            one.patient for one in likely if one.likeness.reasons == by_earlier
        ]

    async def _ways(self, clinic_id: str, name: str, born: date | None) -> list[list[Group]]:
        keys, folded_name = await self._vault.clinic(clinic_id), name_of(name)
        if not folded_name.words:
            return []
        with_name = patient_index.same_name(keys, folded_name)
        if born is None:
            return [with_name]
        that_day = patient_index.born_on(keys, [born])
        near = patient_index.born_on(keys, dates_near(born), or_unknown=True)
        ways = [[that_day], [*with_name, near]]
        if len(await self._look(clinic_id, [that_day])) == _COMPARED:  # as 1 January may have
            some = [that_day, patient_index.some_name(keys, folded_name)]
            ways = [[that_day, *with_name], some, ways[1]]
        return ways

    async def _look(self, clinic_id: str, groups: list[Group]) -> list[PatientRow]:
        statement = prepared(with_tokens(groups, _COMPARED), PatientRow)
        async with self._database.aside() as db:
            return await db.all(statement, clinic=clinic_id)


def _share_a_number(one: Demographics, other: Demographics) -> bool:
    """Whether both have the same number of the same kind."""
    mine, theirs = (
        {(fold(system), fold(value)) for system, value in who.identifiers.items()}
        for who in (one, other)
    )
    return not mine.isdisjoint(theirs)


def _order(likely: Likely) -> tuple[int, str, str]:
    return len(likely.likeness.reasons), folded(likely.patient.name), likely.patient.id
