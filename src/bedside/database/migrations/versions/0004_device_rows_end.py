"""Devices of visits, and guests, are found by when they end, to be forgotten."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_visit_devices_expires", "visit_devices", ["expires_at"])
    op.create_index("ix_guests_expires", "guests", ["expires_at"])


def downgrade() -> None:
    op.drop_index("ix_guests_expires", table_name="guests")
    op.drop_index("ix_visit_devices_expires", table_name="visit_devices")
