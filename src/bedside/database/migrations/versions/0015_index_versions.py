"""The version of each patient's tokens.

Those of before have 0. Tokens need the clinic's keys, so the worker makes them, in small pieces;
until then patients are found as they were before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "patients", sa.Column("indexed", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index("ix_patients_indexed", "patients", ["indexed"])


def downgrade() -> None:
    op.drop_index("ix_patients_indexed", "patients")
    op.drop_column("patients", "indexed")
