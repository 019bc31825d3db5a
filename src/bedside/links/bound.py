"""Rows about links bound to the clinic's keys: which secret and which device opens what."""

from bedside.database.bound_rows import BoundTable
from bedside.links import models
from bedside.links.rows import LinkDeviceRow, LinkRow

LINKS = BoundTable(
    models.links,
    "id",
    "secret_hash",
    "clinic_id",
    "patient_id",
    "subject_id",
    "expires_at",
    row=LinkRow,
)
LINK_DEVICES = BoundTable(
    models.link_devices,
    "token_hash",
    "link_id",
    "clinic_id",
    "expires_at",
    row=LinkDeviceRow,
)
