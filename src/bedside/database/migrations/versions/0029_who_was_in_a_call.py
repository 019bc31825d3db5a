"""Who was in a call, for the record of the visit: names of guests, and who sent a patient back."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call_participants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guest_name", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("taken_out_by", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "visit_additions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_additions")),
    )
    with op.batch_alter_table("visit_additions", schema=None) as batch_op:
        batch_op.create_index("ix_visit_additions_visit", ["visit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("visit_additions")
    with op.batch_alter_table("call_participants", schema=None) as batch_op:
        batch_op.drop_column("taken_out_by")
        batch_op.drop_column("guest_name")
