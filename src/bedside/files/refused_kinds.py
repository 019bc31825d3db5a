"""Sentences on the kinds of files that are not accepted: what they are, and what works instead.

They are part of `refusals.REFUSALS`.
"""

from bedside.kernel.language import N_

REFUSED_KINDS: dict[str, str] = {
    "sound": N_(
        "This is a sound recording, and those cannot be sent here, so it was not kept. Record a "
        "short video that can be heard instead (MP4 or MOV), or write what was said."
    ),
    "other_video": N_(
        "Videos of this kind (such as AVI, WMV, MKV or MPEG) cannot be played here, so it was not "
        "kept. Save or export it as MP4, or record it with your phone, and send that instead."
    ),
    "hollow": N_(
        "This file holds nothing but zeros: its content was not copied, or is still in the cloud "
        "(iCloud, Google Drive, OneDrive), so there was nothing to keep. Open it once on your "
        "device, wait until it shows something, then send it again."
    ),
    "companion_file": N_(
        "This is a small helper file that a Mac, Windows or Office puts beside the real one, so "
        "there was nothing to keep. Send the file that has the same name without “._” or “~$” at "
        "its beginning."
    ),
    "shortcut": N_(
        "This file is only a shortcut to a file on your computer, so there was nothing to keep. "
        "Open the shortcut, and send the file that it leads to."
    ),
    "unfinished_download": N_(
        "This is a download that is not finished, so it was not kept. Wait until your browser has "
        "loaded all of it, or load it again, and send the finished file."
    ),
    "cloud_link": N_(
        "This file is only a link to a document that is in the cloud or on the web, so there was "
        "nothing to keep. Open the document, download it or save it as a PDF, and send that."
    ),
    "binary_table": N_(
        "This Excel table is stored in Excel’s binary form (.xlsb), which is not accepted. It was "
        "not kept. Open it, choose “Save as”, pick .xlsx or PDF, and send the new file."
    ),
    "pages": N_(
        "This is a Pages document, which only Apple’s own programs open, so it was not kept. Open "
        "it in Pages, choose Share → Export → PDF, and send the PDF."
    ),
    "numbers": N_(
        "This is a Numbers table, which only Apple’s own programs open, so it was not kept. Open "
        "it in Numbers, choose Share → Export → PDF or Excel, and send that file."
    ),
    "keynote": N_(
        "This is a Keynote presentation, which only Apple’s own programs open, so it was not "
        "kept. Open it in Keynote, choose Share → Export → PDF, and send the PDF."
    ),
    "slides": N_(
        "This is a presentation, and presentations are not accepted. It was not kept. Open it, "
        "choose “Save as” or “Export”, pick PDF, and send the PDF."
    ),
    "office_template": N_(
        "This is a template for documents, not a document, so it was not kept. Open it, choose "
        "“Save as”, pick .docx, .xlsx or PDF, and send the new file."
    ),
    "mail_message": N_(
        "This is an e-mail saved by Outlook, and those are not accepted. It was not kept. Print "
        "the e-mail and save it as a PDF, or save what is attached to it and send that."
    ),
    "transport_form": N_(
        "This file is still in the form in which e-mail carries it (such as base64 or BinHex), so "
        "it was not kept. Open the e-mail, save the file that is attached to it, and send that."
    ),
    "live_photo": N_(
        "This is a Live Photo, in which a photo and a short video are packed, so it was not kept. "
        "Share the photo itself (in Photos choose Duplicate as Still Photo), and send that."
    ),
    "form_data": N_(
        "These are only the words that were typed into a form (.fdf), without the form, so it was "
        "not kept. Open the form with them, choose Print, save it as a PDF, and send the PDF."
    ),
    "outlook_wrapping": N_(
        "This is winmail.dat, in which Outlook wraps the files of an e-mail, so it was not kept. "
        "Ask the sender for the files themselves, or to send the e-mail as plain text or HTML, "
        "and send those files."
    ),
    "signed_envelope": N_(
        "This is a signed envelope (.p7m) around a document, and those cannot be opened here, so "
        "it was not kept. Open it with the program that you use for signatures, save the document "
        "that is in it, and send that."
    ),
    "signature": N_(
        "This is only the signature of another file (.p7s, .sig), so it was not kept. Send the "
        "document or e-mail that it belongs to, as a PDF."
    ),
    "encrypted_file": N_(
        "This file is encrypted, so we cannot show or check it, and it was not kept. Open it with "
        "the program that encrypted it, and send what is in it: it is encrypted on its way here."
    ),
    "key_file": N_(
        "This is a key or a certificate, and not a document, so it was not kept. Keep keys to "
        "yourself, and send the document itself."
    ),
    "onenote": N_(
        "These are notes of OneNote, which only OneNote opens, so they were not kept. Open them in "
        "OneNote, choose File → Export → PDF or Print, and send the PDF."
    ),
    "drawing": N_(
        "This is a drawing (such as EMF, Visio, Publisher or OpenDocument Drawing), which cannot "
        "be shown here, so it was not kept. Open it, choose “Save as” or “Export”, pick PDF or "
        "PNG, and send that."
    ),
    "ebook": N_(
        "This is an e-book, which cannot be shown here, so it was not kept. Print the pages that "
        "matter and save them as a PDF, or send pictures of them."
    ),
    "print_file": N_(
        "This file was made for a printer (such as PostScript, XPS or PCL), so it was not kept. "
        "Open the document it was made of, choose Print, save it as a PDF, and send the PDF."
    ),
    "other_document": N_(
        "Only the program that made this document opens it (such as WordPerfect, Works, Access or "
        "Lotus), so it was not kept. Open it there, choose “Save as” or Print, pick PDF, and send "
        "the PDF."
    ),
    "three_d": N_(
        "This is a model in three dimensions (such as STL, PLY or OBJ), which cannot be shown "
        "here, so it was not kept. Send pictures of it, and ask how the model itself can reach "
        "the clinic."
    ),
    "device_recording": N_(
        "This is a recording of a medical device (such as EDF, SCP-ECG or NIfTI), which cannot be "
        "shown here, so it was not kept. Have the program of the device print or export it as a "
        "PDF or DICOM, and send that."
    ),
    "table_as_web_page": N_(
        "This table is named like one of Excel but stored as a web page, as some programs export "
        "it, so it was not kept. Open it in Excel, choose “Save as”, pick .xlsx or PDF, and send "
        "the new file."
    ),
    "document_as_web_page": N_(
        "This document is named like one of Word but stored as a web page, so it was not kept. "
        "Open it in Word, choose “Save as”, pick .docx or PDF, and send the new file."
    ),
    "table_as_xml": N_(
        "This table is stored as XML (Excel 2003 or flat OpenDocument), as some programs export "
        "it, so it was not kept. Open it in Excel or LibreOffice, choose “Save as”, pick .xlsx or "
        "PDF, and send the new file."
    ),
    "document_as_xml": N_(
        "This document is stored as XML (Word 2003 or flat OpenDocument), so it was not kept. Open "
        "it in Word or LibreOffice, choose “Save as”, pick .docx or PDF, and send the new file."
    ),
    "picture_sequence": N_(
        "This is a series of pictures in one file (such as a burst or a moving HEIF), so it was "
        "not kept. Send one of the pictures as JPEG or HEIC, or all of it as an MP4 video."
    ),
    "web_page": N_(
        "This is a web page, and web pages are not accepted. It was not kept. Open it, choose "
        "Print, and save it as a PDF: a PDF works."
    ),
    "svg": N_(
        "This is an SVG drawing, which can hold commands, so it was not kept. Save it as PNG or "
        "PDF and send that instead."
    ),
    "xml": N_(
        "This is an XML file, and XML files are not accepted. It was not kept. Save it as a PDF "
        "or as plain text and send that instead."
    ),
    "camera_raw": N_(
        "This is a raw photo (RAW, ProRAW, DNG), which only photo programs can show, so it was "
        "not kept. Send the same photo as JPEG or HEIC: export or share it from your photo "
        "program in that format, or take a screenshot of it."
    ),
    "other_picture": N_(
        "Pictures of this kind (such as JPEG XL, JPEG 2000, Photoshop, ICO or PCX) cannot be "
        "shown here, so it was not kept. Save or export it as JPEG or PNG, and send that instead."
    ),
}
