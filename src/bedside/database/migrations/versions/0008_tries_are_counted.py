"""Postponed jobs have not failed: their tries are counted from the beginning."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Waiting for a scanner that is down used to count as a try, and tries are limited now.
    op.execute("UPDATE jobs SET attempts = 0 WHERE NOT failed")


def downgrade() -> None:
    """There is nothing to undo."""
