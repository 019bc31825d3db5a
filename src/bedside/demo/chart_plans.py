"""Which documents are in whose chart, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bedside.charts.categories import Category

DOCUMENTS = Path(__file__).parent / "documents"


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the demonstration and what staff would call it."""

    file: str
    label: str
    category: Category

    def content(self) -> bytes:
        """The bytes of the file."""
        return (DOCUMENTS / self.file).read_bytes()


@dataclass(frozen=True, slots=True)
class Planned:
    """A document in a chart, `days` ago."""

    document: Document
    days: int
    reviewed: bool


_ALL = (
    Document("blood_count.pdf", "Blood count", Category.LAB_RESULTS),
    Document("visit_summary.pdf", "Summary of the video visit", Category.VISIT_SUMMARY),
    Document("skin_1.jpg", "Photo, left arm", Category.PATIENT_PHOTO),
    Document("insurance_card.png", "Insurance card", Category.INSURANCE),
    Document("lipids_and_glucose.pdf", "Lipids and glucose", Category.LAB_RESULTS),
    Document("referral_dermatology.pdf", "Referral to dermatology", Category.REFERRAL),
    Document("skin_2.jpg", "Photo, shoulder", Category.PATIENT_PHOTO),
    Document("discharge_summary.pdf", "Discharge summary, pneumonia", Category.OUTSIDE_RECORDS),
    Document("blood_pressure_at_home.csv", "Blood pressure at home", Category.OTHER),
    Document("knee_mri_report.pdf", "MRI of the left knee, report", Category.IMAGING),
    Document("mr_slice.dcm", "MRI, one slice", Category.IMAGING),
    Document("consent_video_visits.pdf", "Consent to video visits", Category.CONSENT),
    Document("asthma_plan.pdf", "Asthma plan", Category.EDUCATION),
    Document("skin_4.jpg", "Photo, back of the hand", Category.PATIENT_PHOTO),
    Document("medication_plan.pdf", "Medication plan", Category.OTHER),
    Document("photographed_letter.jpg", "Letter, photographed", Category.OUTSIDE_RECORDS),
    Document("ct_slice.dcm", "CT, one slice", Category.IMAGING),
    Document("records_request_form.pdf", "Records request form", Category.FORM),
    Document("physiotherapy_report.docx", "Physiotherapy report", Category.OUTSIDE_RECORDS),
    Document("skin_3.jpg", "Photo, forearm", Category.PATIENT_PHOTO),
    Document("scanned_page.pdf", "Scanned page", Category.OUTSIDE_RECORDS),
    Document("ultrasound_frames.dcm", "Ultrasound, frames", Category.IMAGING),
    Document("message_from_pharmacy.txt", "Message from the pharmacy", Category.OTHER),
    Document("phone_photo.heic", "Photo from the phone", Category.PATIENT_PHOTO),
)


def plan(patient: int) -> Iterator[Planned]:
    """The documents of patient number `patient`: two to seven, the newest ones unreviewed."""
    count = 2 + (patient * 5 + 3) % 6
    for place in range(count):
        document = _ALL[(patient * 7 + place * 5) % len(_ALL)]
        days = (count - 1 - place) * (9 + patient % 11) + patient % 5
        yield Planned(document, days, reviewed=place < count - 1 or patient % 3 != 0)
