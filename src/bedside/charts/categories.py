"""Categories: what a file is about (F8)."""

from enum import StrEnum

from bedside.kernel.language import N_


class Category(StrEnum):
    """The categories that every clinic starts with."""

    LAB_RESULTS = "lab_results"
    IMAGING = "imaging"
    OUTSIDE_RECORDS = "outside_records"
    INSURANCE = "insurance"
    REFERRAL = "referral"
    VISIT_SUMMARY = "visit_summary"
    FORM = "form"
    CONSENT = "consent"
    PATIENT_PHOTO = "patient_photo"
    EDUCATION = "education"
    SEXUAL_HEALTH = "sexual_health"
    MENTAL_HEALTH = "mental_health"
    OTHER = "other"


LABELS: dict[str, str] = {
    Category.LAB_RESULTS: N_("Lab results"),
    Category.IMAGING: N_("Imaging"),
    Category.OUTSIDE_RECORDS: N_("Outside records"),
    Category.INSURANCE: N_("Insurance"),
    Category.REFERRAL: N_("Referral"),
    Category.VISIT_SUMMARY: N_("Visit summary"),
    Category.FORM: N_("Form"),
    Category.CONSENT: N_("Consent"),
    Category.PATIENT_PHOTO: N_("Patient photo"),
    Category.EDUCATION: N_("Education"),
    Category.SEXUAL_HEALTH: N_("Sexual health"),
    Category.MENTAL_HEALTH: N_("Mental health"),
    Category.OTHER: N_("Other"),
}
