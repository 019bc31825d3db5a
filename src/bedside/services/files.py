"""Files: receiving, examining, keeping and serving them."""

from dataclasses import dataclass

from bedside.files.copies import Copies
from bedside.files.custody import Custody
from bedside.files.fillable import FillableFiles
from bedside.files.intake import Intake
from bedside.files.layering import Layering
from bedside.files.making import Making
from bedside.files.patient_files import PatientFiles
from bedside.files.patient_uploads import PatientUploads
from bedside.files.ports import Scanner
from bedside.files.retrieval import Retrieval
from bedside.files.uploads import Uploads
from bedside.printing.ports import Printer


@dataclass(frozen=True, slots=True)
class FileServices:
    """`services.files`."""

    intake: Intake
    making: Making
    layering: Layering
    uploads: Uploads
    retrieval: Retrieval
    of_patients: PatientFiles
    by_patients: PatientUploads
    fillable: FillableFiles
    copies: Copies
    printer: Printer
    custody: Custody
    scanner: Scanner
