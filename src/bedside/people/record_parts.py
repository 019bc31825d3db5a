"""Parts of a patient's side of the record: the patient has all, a proxy those of a level."""

from enum import StrEnum


class Part(StrEnum):
    """One part of what the patient's app shows."""

    FILES = "files"
    """Files from the clinic, and files sent to the clinic."""
    CHAT = "chat"
    APPOINTMENTS = "appointments"
    FORMS = "forms"
    """Forms and other requests that wait for an answer."""
    SHARING = "sharing"
    """Links to files for a specialist."""
    ACCESSES = "accesses"
    """The log of who opened the record, and why."""
