"""Forms that patients fill in by link."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_forms",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_sent_forms_clinic_id_clinics")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_sent_forms_request_id_requests")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_sent_forms")),
    )
    op.create_index("ix_sent_forms_file", "sent_forms", ["file_id"])
    op.create_table(
        "returned_forms",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_returned_forms_clinic_id_clinics")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_returned_forms_request_id_requests")
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_returned_forms")),
    )
    op.create_index("ix_returned_forms_request", "returned_forms", ["request_id"])


def downgrade() -> None:
    op.drop_index("ix_returned_forms_request", "returned_forms")
    op.drop_table("returned_forms")
    op.drop_index("ix_sent_forms_file", "sent_forms")
    op.drop_table("sent_forms")
