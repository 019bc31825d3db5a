"""Indexes for the alarms of an inbox with many entries, and for the filters of a long chart."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_DESTROYED = "reviewed_at = 0 AND moved_to = '' AND state IN ('refused', 'infected')"


def upgrade() -> None:
    op.create_index(
        "ix_chart_entries_destroyed",
        "chart_entries",
        ["clinic_id", "received_at"],
        unique=False,
        sqlite_where=sa.text(_DESTROYED),
        postgresql_where=sa.text(_DESTROYED),
    )
    op.create_index(
        "ix_chart_entries_tally",
        "chart_entries",
        [
            "clinic_id",
            "patient_id",
            "media_type",
            "category",
            "channel",
            "sender_kind",
            "sender_id",
        ],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_chart_entries_tally", table_name="chart_entries")
    op.drop_index("ix_chart_entries_destroyed", table_name="chart_entries")
