"""Newcomers of calls: whose agreement they wait for, and who would rather not."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call_participants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waits_for", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("in_group", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("refused_by", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("asked_by", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("call_participants", schema=None) as batch_op:
        batch_op.drop_column("asked_by")
        batch_op.drop_column("refused_by")
        batch_op.drop_column("in_group")
        batch_op.drop_column("waits_for")
