"""Items hidden from proxies, and notices before what a proxy sees changes."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hidden_items",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("by_kind", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("hidden_at", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_hidden_items_clinic_id_clinics")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_hidden_items_patient_id_patients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hidden_items")),
        sa.UniqueConstraint(
            "item_id", "viewer", "by_kind", name=op.f("uq_hidden_items_item_id_viewer_by_kind")
        ),
    )
    op.create_index("ix_hidden_items_patient", "hidden_items", ["patient_id"])
    op.create_table(
        "proxy_notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("grant_id", sa.Text(), nullable=False),
        sa.Column("changes_on", sa.Text(), nullable=False),
        sa.Column("becomes", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_proxy_notices_clinic_id_clinics")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["account_grants.id"],
            name=op.f("fk_proxy_notices_grant_id_account_grants"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_proxy_notices_patient_id_patients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_notices")),
        sa.UniqueConstraint(
            "grant_id",
            "changes_on",
            "becomes",
            name=op.f("uq_proxy_notices_grant_id_changes_on_becomes"),
        ),
    )
    op.create_index("ix_proxy_notices_patient", "proxy_notices", ["patient_id"])


def downgrade() -> None:
    op.drop_table("proxy_notices")
    op.drop_table("hidden_items")
