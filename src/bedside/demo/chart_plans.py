"""The documents in each chart, with their age."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bedside.charts.categories import Category

DOCUMENTS = Path(__file__).parent / "documents"


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the demonstration, and how staff would label it."""

    file: str
    label: str
    category: Category

    def content(self) -> bytes:
        """Return the bytes of the file."""
        return (DOCUMENTS / self.file).read_bytes()


@dataclass(frozen=True, slots=True)
class Planned:
    """A document in a chart, filed `days` ago."""

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
    """Yield the documents of patient number `patient`: two to seven different ones, oldest first.

    The same every time. The newest one of about every third patient has not been reviewed.
    """
    chance = random.Random(4711 + patient)  # noqa: S311 - variety, not secrecy
    documents = chance.sample(_ALL, chance.randint(2, 7))
    days = sorted((chance.randint(0, 150) for _ in documents), reverse=True)
    fresh = patient % 3 == 0
    if fresh:
        days[-1] = min(days[-1], patient // 6)
    for place, (document, ago) in enumerate(zip(documents, days, strict=True)):
        newest = place == len(documents) - 1
        yield Planned(document, ago, reviewed=not (newest and fresh))
