"""Tries of jobs that waited are no tries: they are counted from the beginning."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Waiting, for a scanner that is down, was counted as trying, and tries have an end now.
    op.execute("UPDATE jobs SET attempts = 0 WHERE NOT failed")


def downgrade() -> None:
    """There is nothing to undo."""
