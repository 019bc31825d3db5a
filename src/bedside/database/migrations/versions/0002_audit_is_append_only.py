"""The database itself refuses to change or remove audit lines.

The chain reveals what somebody with direct access to the database has done; these triggers prevent
mistakes, and code that should not exist.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_lines_no_{action.lower()} BEFORE {action} ON audit_lines "
                "BEGIN SELECT RAISE(ABORT, 'audit lines are append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_lines_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit lines are append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_lines_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_lines "
        "EXECUTE FUNCTION audit_lines_append_only()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_lines_no_{action}")
        return
    op.execute("DROP TRIGGER audit_lines_append_only ON audit_lines")
    op.execute("DROP FUNCTION audit_lines_append_only()")
