"""Letters and their templates; when something that is only read was read first, for every kind."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_READ = """
UPDATE requests SET read_at = (
    SELECT s.read_at FROM visit_summaries s WHERE s.request_id = requests.id)
WHERE EXISTS (SELECT 1 FROM visit_summaries s WHERE s.request_id = requests.id)
"""
_READ_AS_BEFORE = """
UPDATE visit_summaries SET read_at = (
    SELECT r.read_at FROM requests r WHERE r.id = visit_summaries.request_id)
"""


def upgrade() -> None:
    op.add_column(
        "requests", sa.Column("read_at", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("requests", sa.Column("category", sa.Text(), server_default="", nullable=False))
    op.execute(_READ)
    op.drop_column("visit_summaries", "read_at")
    op.create_table(
        "letter_templates",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_letter_templates_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_templates")),
    )
    op.create_index("ix_letter_templates_clinic", "letter_templates", ["clinic_id"])
    op.create_table(
        "letters",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("discarded_at", sa.BigInteger(), nullable=False),
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_letters_clinic_id_clinics")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_letters_patient_id_patients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index("ix_letters_patient", "letters", ["patient_id", "changed_at"])
    op.create_index("ix_letters_visit", "letters", ["visit_id"])


def downgrade() -> None:
    op.drop_index("ix_letters_visit", "letters")
    op.drop_index("ix_letters_patient", "letters")
    op.drop_table("letters")
    op.drop_index("ix_letter_templates_clinic", "letter_templates")
    op.drop_table("letter_templates")
    op.add_column(
        "visit_summaries",
        sa.Column("read_at", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.execute(_READ_AS_BEFORE)
    op.drop_column("requests", "category")
    op.drop_column("requests", "read_at")
