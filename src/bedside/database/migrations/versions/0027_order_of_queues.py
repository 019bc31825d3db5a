"""Order of queues: places that staff change, who is seen first and why; messages that end."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("place_at", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("first_at", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("order_reason", sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column("returned_at", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch_op.create_index("ix_visits_left", ["room_id", "ended_at"], unique=False)
    op.execute("UPDATE visits SET place_at = queued_at")
    with op.batch_alter_table("room_messages", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("ends_at", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.execute("UPDATE room_messages SET ends_at = at + 14400000")  # as long as they held before


def downgrade() -> None:
    with op.batch_alter_table("room_messages", schema=None) as batch_op:
        batch_op.drop_column("ends_at")
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_index("ix_visits_left")
        batch_op.drop_column("returned_at")
        batch_op.drop_column("order_reason")
        batch_op.drop_column("urgent")
        batch_op.drop_column("first_at")
        batch_op.drop_column("place_at")
