"""Colleagues: who is where, and short questions between them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_presence",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.BigInteger(), nullable=False),
        sa.Column("here", sa.Boolean(), nullable=False),
        sa.Column("unseen_since", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("call_room_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_presence")),
    )
    op.create_index("ix_staff_presence_clinic", "staff_presence", ["clinic_id"])
    op.create_table(
        "colleague_questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague_questions")),
    )
    op.create_index("ix_colleague_questions_to", "colleague_questions", ["to_id", "state"])
    op.create_index("ix_colleague_questions_from", "colleague_questions", ["from_id", "state"])
    op.create_index("ix_colleague_questions_asked_at", "colleague_questions", ["asked_at"])


def downgrade() -> None:
    op.drop_table("colleague_questions")
    op.drop_table("staff_presence")
