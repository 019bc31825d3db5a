"""Tables of appointments."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from bedside.database.tables import metadata

appointment_types = Table(
    "appointment_types",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("version_id", Text, nullable=False),
    Column("retired_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_appointment_types_clinic", "clinic_id"),
)
"""Types of appointments. `version_id` is what is booked now; nothing is booked of a retired one."""

appointment_type_versions = Table(
    "appointment_type_versions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("type_id", Text, ForeignKey("appointment_types.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("remind_hours", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_appointment_type_versions_type", "type_id", "number", unique=True),
)
"""A type as it was at some time: an appointment keeps the version that it was booked with.
`content` seals name, text for the patient and place; `remind_hours` is 0 for no reminder."""

appointments = Table(
    "appointments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("clinic_id", Text, ForeignKey("clinics.id"), nullable=False),
    Column("patient_id", Text, ForeignKey("patients.id"), nullable=False),
    Column("version_id", Text, ForeignKey("appointment_type_versions.id"), nullable=False),
    Column("series_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("room_id", Text, nullable=False),
    Column("local_start", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("booked_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_appointments_clinic", "clinic_id", "starts_at"),
    Index("ix_appointments_staff", "staff_id", "starts_at"),
    Index("ix_appointments_room", "room_id", "starts_at"),
    Index("ix_appointments_patient", "patient_id", "starts_at"),
)
"""Appointments. `local_start` and `zone` are the time that was agreed; `starts_at` and `ends_at`
are computed from it, for the indexes. `sequence` is the number of its calendar file and only rises.
`content` seals the reason, words for and of the patient, where the patient is told, and the time
before it was moved."""
