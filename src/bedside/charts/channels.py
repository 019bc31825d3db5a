"""Channels: how a file came (F1)."""

from enum import StrEnum

from bedside.kernel.language import N_


class Channel(StrEnum):
    """The channels of the intake."""

    PHOTO_REQUEST = "photo_request"
    STAFF_UPLOAD = "staff_upload"
    PATIENT_UPLOAD = "patient_upload"
    LIVE_TRANSFER = "live_transfer"
    CHAT = "chat"
    LETTER = "letter"
    TEMPLATE = "template"
    SECURE_LINK = "secure_link"
    FHIR = "fhir"
    VISIT_CAPTURE = "visit_capture"


LABELS: dict[str, str] = {
    Channel.PHOTO_REQUEST: N_("by link"),
    Channel.STAFF_UPLOAD: N_("upload by staff"),
    Channel.PATIENT_UPLOAD: N_("upload by patient"),
    Channel.LIVE_TRANSFER: N_("live transfer"),
    Channel.CHAT: N_("chat"),
    Channel.LETTER: N_("letter"),
    Channel.TEMPLATE: N_("template"),
    Channel.SECURE_LINK: N_("secure link"),
    Channel.FHIR: N_("from the EHR"),
    Channel.VISIT_CAPTURE: N_("taken in a visit"),
}
