"""Charts that are joined, and which rows came with the joined one.

Files are found by their patient then, who had no index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chart_joins",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("kept_id", sa.Text(), nullable=False),
        sa.Column("joined_id", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("joined_by", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
        sa.ForeignKeyConstraint(["kept_id"], ["patients.id"]),
        sa.ForeignKeyConstraint(["joined_id"], ["patients.id"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chart_joins")),
    )
    op.create_index("ix_chart_joins_kept", "chart_joins", ["kept_id"])
    op.create_index("ix_chart_joins_joined", "chart_joins", ["joined_id"])
    op.create_index("ix_chart_joins_joined_at", "chart_joins", ["joined_at"])
    op.create_table(
        "joined_rows",
        sa.Column("join_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["join_id"], ["chart_joins.id"]),
        sa.PrimaryKeyConstraint("join_id", "what", "row_id", name=op.f("pk_joined_rows")),
        sqlite_with_rowid=False,
    )
    for table in ("files", "uploads", "links", "notifications", "live_transfers"):
        op.create_index(f"ix_{table}_patient", table, ["patient_id"])


def downgrade() -> None:
    for table in ("files", "uploads", "links", "notifications", "live_transfers"):
        op.drop_index(f"ix_{table}_patient", table_name=table)
    op.drop_table("joined_rows")
    op.drop_table("chart_joins")
