"""Why a file is refused, or what people should know about a file that is kept.

Each sentence says what the file is, what happened to it, and what works instead. The texts are
marked for the catalogue and translated where they are displayed: `gettext(REFUSALS[key])`.
"""

import re
from dataclasses import dataclass

from bedside.files.ports import Cause
from bedside.files.refused_kinds import REFUSED_KINDS
from bedside.kernel.language import N_

REFUSALS: dict[str, str] = {
    **REFUSED_KINDS,
    # Detected by the first bytes
    "empty": N_(
        "This file is empty, so there was nothing to keep. It may still be in the cloud (iCloud, "
        "Google Drive, OneDrive) and not on your device: open it once, wait until it shows "
        "something, then send it again."
    ),
    "unknown_type": N_(
        "We do not know this type of file, so it was not kept. Photos (JPEG, PNG, HEIC), PDF, "
        "Word, Excel, text, DICOM and MP4 files work. You can also take a photo of it or save it "
        "as a PDF."
    ),
    "executable": N_(
        "This is a program, and programs are not accepted. It was not kept. Send the document or "
        "photo itself instead."
    ),
    "archive": N_(
        "This is an archive (such as zip or rar), and archives are not accepted. It was not kept. "
        "Unpack it on your device and send the files in it one by one."
    ),
    "script": N_(
        "This file holds commands for a computer, and such files are not accepted. It was not "
        "kept. If it is text to be read, copy the text into a new document or save it as a PDF."
    ),
    "macros": N_(
        "This document holds macros (small programs), so it was not kept. Open it, choose “Save "
        "as”, pick .docx, .xlsx or PDF, and send the new file."
    ),
    "active_content": N_(
        "This document loads or runs something from outside of it, so it was not kept. Open it, "
        "save it as a PDF, and send the PDF."
    ),
    "embedded_program": N_(
        "A program is packed inside this document, so it was not kept. Open the document, save it "
        "as a PDF, and send the PDF."
    ),
    "dde": N_(
        "This file makes Word or Excel start another program (by DDE) when it is opened, so it "
        "was not kept. Save it as a PDF, and send the PDF."
    ),
    "polyglot": N_(
        "This file holds a second file, so that programs do not agree on what it is, and it was "
        "not kept. Open it, save it again or choose Print and save it as a PDF, or take a photo or "
        "screenshot of it, and send that instead."
    ),
    "program_inside": N_(
        "A program or an archive is inside this file, and those are not accepted, so it was not "
        "kept. Send the document or picture itself."
    ),
    # Found by parsing the whole file
    "encrypted_pdf": N_(
        "This PDF needs a password to open, so we cannot show or check it, and it was not kept. "
        "To remove the password: open the PDF, type the password, choose Print, and save it as a "
        "PDF. On an iPhone or iPad use Share → Print → Share. Then send the new file."
    ),
    "encrypted_document": N_(
        "This document needs a password to open, so we cannot show or check it, and it was not "
        "kept. To remove the password: open it in Word or Excel, choose File → Info → Protect → "
        "Encrypt with Password, clear the password, save it, and send it again."
    ),
    "damaged_pdf": N_(
        "This PDF is damaged or incomplete and cannot be opened, so it was not kept. Download or "
        "save it once more, check that it opens on your device, and send it again."
    ),
    "incomplete_pdf": N_(
        "This PDF is incomplete: its end is missing, as after a download that was cut off, and "
        "some of its pages with it. It was not kept. Download or save it once more, check that its "
        "last page is there, and please send it again."
    ),
    "pdf_starts_program": N_(
        "This PDF holds a command that starts a program, reaches for another computer, or is known "
        "from attacks, so it was not kept. Open it in a browser, choose Print, and save it as a "
        "PDF: the new file holds no commands."
    ),
    "pdf_with_program": N_(
        "A program or a file with commands is attached in this PDF, so it was not kept. Choose "
        "Print and save it as a PDF: the new file has no attachments. Send that instead."
    ),
    "damaged_image": N_(
        "This picture is damaged or incomplete and cannot be shown, so it was not kept. Check "
        "that it opens on your device, then send it again, or take the photo once more."
    ),
    "incomplete_image": N_(
        "The end of this picture is missing, so it was not kept. It may not have been loaded or "
        "copied completely. Open it on your device, wait until all of it is there, and send it "
        "again."
    ),
    "damaged_dicom": N_(
        "This DICOM file is damaged or incomplete and cannot be read, so it was not kept. Copy it "
        "from the disc or ask for it once more, and send it again."
    ),
    "damaged_document": N_(
        "This document is damaged or incomplete and cannot be opened, so it was not kept. Open it "
        "on your device, save it under a new name or as a PDF, and send that file."
    ),
    "damaged_video": N_(
        "This video is damaged or incomplete and cannot be played, so it was not kept. Check that "
        "it plays to its end on your device, then send it again."
    ),
    "damaged_text": N_(
        "This file should be text but cannot be read as text, so it was not kept. Open it, save "
        "it as plain text (UTF-8) or as a PDF, and send that instead."
    ),
    "too_many_pixels": N_(
        "This picture is larger than we can open (more than 100 million pixels), so it was not "
        "kept. Make it smaller, or take a photo with the normal camera setting, and send that."
    ),
    "too_many_pages": N_(
        "This document has more pages than we can open (more than 3,000), so it was not kept. "
        "Split it into smaller parts and send them one by one."
    ),
    "decompression_bomb": N_(
        "This file would grow to an enormous size when opened, so it was not kept. Save it again "
        "in the program that made it, or as a PDF, and send that instead."
    ),
    "too_complex": N_(
        "This file is too complex to be checked safely, so it was not kept. Save it as a simpler "
        "PDF or as pictures, and send those instead."
    ),
    # Wrong channel
    "not_a_photo": N_(
        "Only photos can be sent here, and this is another kind of file. It was not kept. Take a "
        "photo of it, or choose a JPEG, PNG or HEIC picture."
    ),
    "video_not_here": N_(
        "Videos cannot be sent here. It was not kept. Send a photo or a document instead, or send "
        "the video in the chat."
    ),
    "too_large": N_(
        "This file is larger than the limit for sending here, so it was not kept. Choose a "
        "smaller file, or send it in parts."
    ),
    "not_shared": N_(
        "The location data could not be taken out of this file, so it was not handed over and "
        "not kept. Save it as JPEG or MP4, or take a screenshot of it, and send that instead."
    ),
    "pdf_not_shared": N_(
        "The commands in this PDF could not be taken out, so it was not handed over and not kept. "
        "Open it, choose Print, save it as a PDF, and send that instead."
    ),
    # Findings of the malware scan
    "suspected": N_(
        "The malware scanner suspects this file, without being certain that it is harmful. It was "
        "not kept, by a rule of this clinic. Ask for it, or send it, as a PDF that was printed and "
        "saved again."
    ),
    "infected": N_(
        "The malware scan found something harmful in this file. The file was destroyed. Do not "
        "open it on your device, check the device for malware, and send another copy from a "
        "source that you trust."
    ),
    # Of files destroyed by earlier versions, which kept no PDF with scripts
    "infected_pdf_script": N_(
        "The malware scan found that this PDF runs commands when it is opened. The file was "
        "destroyed. Open it, choose Print, and save it as a PDF: the new file holds no commands."
    ),
}

NOTES: dict[str, str] = {
    "dicom_without_pixels": N_(
        "This DICOM file holds no picture (for example a report or a plan). It is kept and can be "
        "downloaded."
    ),
    "dicom_without_beginning": N_(
        "The beginning of this DICOM file is missing or damaged, so other viewers may not open it. "
        "It is kept as it came."
    ),
    "dicom_cut_off": N_(
        "The end of this DICOM file is missing. What is there is shown, and the file is kept as it "
        "came. Ask for it again to see all of it."
    ),
    "dicom_cannot_be_shown": N_(
        "The picture in this DICOM file is stored in a form that we cannot show. It is kept and "
        "can be downloaded for a DICOM viewer."
    ),
    "mail_with_files": N_(
        "This is a saved e-mail. Its words are shown; the files that were sent with it are only "
        "named. It is kept as it came. Download it to open them, or ask for them one by one."
    ),
    "text_in_place": N_(
        "By its name this file should be something else, but it holds only text. It may be a "
        "message of an error that was saved in place of the file. It is kept as it came; ask for "
        "the file again if it is not what was meant."
    ),
    "picture_moves": N_(
        "This picture moves. Its first picture is shown here; the file is kept as it came, so "
        "download it to see it move."
    ),
    "picture_repaired": N_(
        "This picture is slightly damaged, or a little of its end is missing. What is there is "
        "shown, and the file is kept as it came."
    ),
    "picture_cannot_be_shown": N_(
        "This picture is stored in a form that cannot be shown here. It is kept and can be "
        "downloaded; ask for it as JPEG or PDF to see it here."
    ),
    "tiff_page_damaged": N_(
        "A page of this TIFF is damaged and cannot be shown; a crossed-out sheet stands in its "
        "place. The file is kept as it came. Ask for that page again."
    ),
    "tiff_incomplete": N_(
        "The end of this TIFF is missing, so it may have had more pages than are shown. It is "
        "kept as it came. Ask for it again if a page is missing."
    ),
    "video_cut_off": N_(
        "The end of this video is missing. What is there can be played, and the file is kept as it "
        "came."
    ),
    "link_removed": N_(
        "This document would load something from another computer when it is opened, such as its "
        "template. It is kept as it came; the copy that is downloaded does not load it."
    ),
    "pdf_without_beginning": N_(
        "The beginning of this PDF is missing or damaged, so other programs may not open it. It is "
        "shown here and kept as it came; the copy that others download is mended."
    ),
    "pdf_repaired": N_("This PDF is slightly damaged. It is kept as it came."),
    "pdf_cannot_be_shown": N_(
        "This PDF cannot be shown here. It is kept as it came and can be downloaded."
    ),
    "pdf_pages_missing": N_(
        "A part of this PDF cannot be shown here: page %(pages)s. The other pages can. It is kept "
        "as it came. Download it, or ask for that page once more."
    ),
    "pdf_letters_replaced": N_(
        "This PDF does not bring all of its letters along. They are shown in a similar type, and a "
        "few may be missing from the picture; the text is complete, and the file is kept as it "
        "came."
    ),
    "pdf_letters_missing": N_(
        "This PDF does not bring all of its letters along, and some may be missing from the "
        "picture. The text is complete, and the file is kept as it came: download it to see it "
        "with its own letters."
    ),
    "pdf_xfa": N_(
        "This PDF is a form that only some programs can show (XFA). What is shown here is a page "
        "that stands in for it; what was filled in is found by search and stands under Text. "
        "It is kept as it came. Download it for Adobe Reader, or ask for a copy that was printed "
        "and saved as a PDF."
    ),
    "pdf_portfolio": N_(
        "This PDF is a portfolio: a cover with other files inside. The picture shows the cover "
        "only. The words of the PDFs inside are found by search and stand under Text. It is "
        "kept as it came: download it to open the files inside."
    ),
    "pdf_with_remarks": N_(
        "Remarks were written into this PDF, and are kept with it. Their words stand under Text if "
        "the picture does not show them."
    ),
    "pdf_attachment_unread": N_(
        "A file attached in this PDF is encrypted, damaged or packed (such as rar or 7z), so it "
        "could not be looked into. It is kept as it came. Take care when you open it in another "
        "program."
    ),
    "object_unread": N_(
        "A file packed in this document is encrypted, damaged or packed again (such as rar or "
        "7z), so it could not be looked into. It is kept as it came. Take care when you open it in "
        "another program."
    ),
    "pdf_not_shared": N_(
        "The commands could not be taken out of this PDF, so nobody gets a copy of it. The "
        "original is kept in the chart, and can be downloaded there."
    ),
    "not_shared": N_(
        "The location data could not be taken out of this file, so nobody gets a copy of it. The "
        "original is kept in the chart, and can be downloaded there."
    ),
    "pdf_with_scripts": N_(
        "This PDF holds commands, for example to print it or to calculate in a form. It is kept, "
        "they are never run here, and the copy for others is without them. Take care when you open "
        "the original in another program."
    ),
    # Why a file stays unscanned
    "scan_too_large": N_(
        "The malware scanner does not look into files that are so large, or that unpack to so "
        "much. This file is kept and cannot be opened. Ask for it in smaller parts, or have the "
        "scanner’s limits raised: the file is scanned by itself within a day then."
    ),
    "scan_encrypted": N_(
        "Part of this file is encrypted, and the malware scanner cannot look into it. It is kept "
        "and cannot be opened. Ask for a copy without a password."
    ),
    "scan_suspected": N_(
        "The malware scanner suspects this file, without being certain that it is harmful. It is "
        "kept and cannot be opened. Ask for a copy that was printed and saved as a PDF."
    ),
    "scan_suspected_open": N_(
        "The malware scanner suspects this file, without being certain that it is harmful. It is "
        "kept and can be opened, as whoever runs this server decided. Take care when you open it "
        "in another program."
    ),
    "scan_failed": N_(
        "The scan of this file was tried many times and never came to an end. It is kept and "
        "cannot be opened. Ask for another copy, and tell whoever runs this server."
    ),
}

_SUSPICIONS = ("PUA.", "Heuristics.")
_MACROS = ("Bedside.Office.Macros", "Heuristics.OLE2.ContainsMacros")
UNSCANNED_NOTES: dict[Cause, str] = {
    Cause.TOO_LARGE: "scan_too_large",
    Cause.ENCRYPTED: "scan_encrypted",
    Cause.SUSPECTED: "scan_suspected",
}
"""Notes on files for which trying again does not help by itself."""


def refusal_for_signature(signature: str) -> str:
    """Return the key of the sentence for a scanner's finding; `signature` is the engine's own
    name."""
    if signature.startswith(_MACROS):
        return "macros"
    if signature.startswith(_SUSPICIONS):
        return "suspected"
    if signature.startswith("Bedside.Office.DDE"):
        return "dde"
    return "pdf_starts_program" if signature.startswith("Bedside.PDF.") else "infected"


_NOTE = re.compile(r"([a-z][a-z_0-9]*)(?::(\d+(?:,\d+)*))?")


@dataclass(frozen=True, slots=True)
class Note:
    """One of the notes on a file: its key in NOTES, and the pages it is about, if any."""

    key: str
    pages: tuple[int, ...] = ()


def notes_in(text: str) -> list[Note] | None:
    """Parse the notes of a file: keys with blanks between, each perhaps with a colon and numbers
    of pages. Returns None if one of them is none."""
    notes: list[Note] = []
    for word in text.split():
        found = _NOTE.fullmatch(word)
        if found is None or found[1] not in NOTES:
            return None
        pages = tuple(int(number) for number in (found[2] or "").split(",") if number)
        notes.append(Note(found[1], pages))
    return notes


def with_notes(text: str, more: str) -> str:
    """Add notes to those of a file. Each key stays once, with its newest pages."""
    keyed = {word.partition(":")[0]: word for word in f"{text} {more}".split()}
    return " ".join(keyed.values())
