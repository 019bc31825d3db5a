"""Index devices of visits, and guests, by when they end, and visits and calls by not having ended:
those in progress would otherwise be searched for among all old ones."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_visit_devices_expires", "visit_devices", ["expires_at"])
    op.create_index("ix_guests_expires", "guests", ["expires_at"])
    not_ended = sa.text("ended_at = 0")
    op.create_index(
        "ix_visits_not_ended",
        "visits",
        ["clinic_id", "room_id", "state"],
        sqlite_where=not_ended,
        postgresql_where=not_ended,
    )
    op.create_index(
        "ix_calls_not_ended",
        "calls",
        ["state"],
        sqlite_where=not_ended,
        postgresql_where=not_ended,
    )


def downgrade() -> None:
    op.drop_index("ix_calls_not_ended", table_name="calls")
    op.drop_index("ix_visits_not_ended", table_name="visits")
    op.drop_index("ix_guests_expires", table_name="guests")
    op.drop_index("ix_visit_devices_expires", table_name="visit_devices")
