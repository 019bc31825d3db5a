"""Whiteboards: what was cleared comes back when that is undone."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("whiteboard_strokes", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("cleared_by", sa.Integer(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    op.execute("DELETE FROM whiteboard_strokes WHERE cleared_by <> 0")
    with op.batch_alter_table("whiteboard_strokes", schema=None) as batch_op:
        batch_op.drop_column("cleared_by")
