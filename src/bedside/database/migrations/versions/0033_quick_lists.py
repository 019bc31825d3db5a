"""Indexes over the few requests for which the clinic has to act next, and over who is assigned to
what."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_NEEDING = sa.text("state IN ('failed', 'locked', 'uncertain') OR reported != ''")


def upgrade() -> None:
    op.create_index(
        "ix_requests_needing",
        "requests",
        ["clinic_id", "created_at"],
        sqlite_where=_NEEDING,
        postgresql_where=_NEEDING,
    )
    op.create_index("ix_staff_assignments_target", "staff_assignments", ["target_id"])


def downgrade() -> None:
    op.drop_index("ix_staff_assignments_target", "staff_assignments")
    op.drop_index("ix_requests_needing", "requests")
