"""Canned replies, and messages that leave later."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_canned_replies_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
    )
    op.create_index("ix_canned_replies_clinic", "canned_replies", ["clinic_id", "position"])
    op.create_table(
        "later_messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("send_at", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("seen_number", sa.Integer(), nullable=False),
        sa.Column("obstacle", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_later_messages_clinic_id_clinics")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_later_messages_patient_id_patients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_later_messages")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_later_messages_draft_id")),
    )
    for what, columns in (
        ("conversation", ["conversation_id", "send_at"]),
        ("patient", ["patient_id", "send_at"]),
        ("clinic", ["clinic_id", "send_at"]),
    ):
        op.create_index(f"ix_later_messages_{what}", "later_messages", columns)


def downgrade() -> None:
    for what in ("clinic", "patient", "conversation"):
        op.drop_index(f"ix_later_messages_{what}", "later_messages")
    op.drop_table("later_messages")
    op.drop_index("ix_canned_replies_clinic", "canned_replies")
    op.drop_table("canned_replies")
