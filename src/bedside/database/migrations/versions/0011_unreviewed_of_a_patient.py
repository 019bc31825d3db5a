"""What nobody has looked at yet, by patient: for the inbox of those who see few of them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_UNREVIEWED = sa.text("reviewed_at = 0 AND moved_to = ''")


def upgrade() -> None:
    op.create_index(
        "ix_chart_entries_unreviewed_of",
        "chart_entries",
        ["patient_id", "state", "clinic_id"],
        sqlite_where=_UNREVIEWED,
        postgresql_where=_UNREVIEWED,
    )


def downgrade() -> None:
    op.drop_index("ix_chart_entries_unreviewed_of", "chart_entries")
