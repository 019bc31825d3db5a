"""How a patient wants to be contacted, and may be: read and changed by staff and by the patient."""

from bedside.audit import Action, AuditLog
from bedside.audit.actors import Actor
from bedside.errors import NotAllowed
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions
from bedside.people.contact import Consent, ContactRules
from bedside.people.patients import Patients
from bedside.people.permissions import ChartAccess, PatientAccess


class OnlyThePatient(NotAllowed):
    """Somebody who helps a patient wanted to see or change how the patient is contacted."""

    code = "only_the_patient"
    sentence = N_("Only the patient can see and change this. Nothing was changed.")


class ContactPreferences:
    """Reads and changes the rules."""

    def __init__(self, database: Transactions, audit: AuditLog, patients: Patients) -> None:
        self._database = database
        self._audit = audit
        self._patients = patients

    async def of(self, chart: ChartAccess) -> ContactRules:
        """Return the rules of a chart's patient."""
        return (await self._patients.get(chart)).demographics.contact

    async def change(self, chart: ChartAccess, rules: ContactRules) -> None:
        """Replace the rules. They hold for everything that has not left yet."""
        await self._set(chart.clinic_id, chart.patient_id, chart.actor, rules)

    async def own(self, patient: PatientAccess) -> ContactRules:
        """Return one's own rules. Raises OnlyThePatient for a proxy: from whom a patient hides is
        often somebody near."""
        self._check(patient)
        found = await self._patients.addressed(patient.clinic_id, patient.patient_id)
        return found.contact

    async def change_own(self, patient: PatientAccess, rules: ContactRules) -> None:
        """Replace one's own rules. Raises OnlyThePatient for a proxy."""
        self._check(patient)
        if rules.consent is Consent.DECEASED:
            raise NotAllowed
        await self._set(patient.clinic_id, patient.patient_id, patient.actor, rules)

    @staticmethod
    def _check(patient: PatientAccess) -> None:
        if patient.is_proxy:
            raise OnlyThePatient

    async def _set(
        self, clinic_id: str, patient_id: str, actor: Actor, rules: ContactRules
    ) -> None:
        async with self._database.unit_of_work() as work:
            before = await self._patients.locked(work, clinic_id, patient_id)
            if before.demographics.contact == rules:
                return
            changed = before.demographics.model_copy(update={"contact": rules})
            await self._patients.replace(work, before, changed)
            await self._audit.record(
                work, clinic_id, actor, Action.CONTACT_CHANGED, patient_id=patient_id
            )
