"""Summaries of visits that patients read by link."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_summaries",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_visit_summaries_clinic_id_clinics")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_visit_summaries_request_id_requests")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_visit_summaries")),
    )
    op.create_index("ix_visit_summaries_visit", "visit_summaries", ["visit_id"])


def downgrade() -> None:
    op.drop_index("ix_visit_summaries_visit", "visit_summaries")
    op.drop_table("visit_summaries")
