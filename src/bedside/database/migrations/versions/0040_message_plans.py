"""Message plans: how a patient learns of an item, and devices that get notifications."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_UNREACHED = sa.text("state = 'unreached'")


def upgrade() -> None:
    op.create_table(
        "message_plans",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_message_plans_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_plans")),
        sa.UniqueConstraint("item_id", name=op.f("uq_message_plans_item_id")),
    )
    op.create_index("ix_message_plans_patient", "message_plans", ["patient_id"])
    op.create_index(
        "ix_message_plans_unreached",
        "message_plans",
        ["clinic_id", "ended_at"],
        sqlite_where=_UNREACHED,
        postgresql_where=_UNREACHED,
    )
    op.create_table(
        "plan_steps",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_plan_steps_clinic_id_clinics")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["message_plans.id"], name=op.f("fk_plan_steps_plan_id_message_plans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_steps")),
        sa.UniqueConstraint(
            "plan_id", "round", "number", name=op.f("uq_plan_steps_plan_id_round_number")
        ),
    )
    op.create_table(
        "app_devices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("endpoint_token", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_app_devices_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_devices")),
        sa.UniqueConstraint("endpoint_token", name=op.f("uq_app_devices_endpoint_token")),
    )
    op.create_index("ix_app_devices_account", "app_devices", ["account_id"])


def downgrade() -> None:
    op.drop_index("ix_app_devices_account", "app_devices")
    op.drop_table("app_devices")
    op.drop_table("plan_steps")
    op.drop_index("ix_message_plans_unreached", "message_plans")
    op.drop_index("ix_message_plans_patient", "message_plans")
    op.drop_table("message_plans")
