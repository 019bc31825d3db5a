"""The migrations create the tables that the code describes, on both databases."""

import asyncio

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from bedside.database import schema
from bedside.database.tables import metadata
from scripts.new_migration import load_all_models

load_all_models()


def differences(connection) -> list[object]:
    """Return the differences between code and database, in both directions."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_the_order_of_files_is_that_of_revisions():
    chain = ScriptDirectory.from_config(schema.configuration("sqlite://")).walk_revisions()
    named = [path.name.partition("_")[0] for path in schema.migrations()]
    assert [one.revision for one in chain][::-1] == named
    assert [int(name) for name in named] == list(range(1, len(named) + 1))


def test_sqlite(tmp_path):
    url = f"sqlite:///{tmp_path}/bedside.db"
    assert not schema.is_current(url)
    schema.upgrade(url)
    assert schema.is_current(url)
    with create_engine(url).connect() as connection:
        assert differences(connection) == []
    schema.upgrade(url)  # again changes nothing


def test_postgresql(postgres):
    async def look(url: str) -> list[object]:
        engine = create_async_engine(schema.sqlalchemy_url(url))
        async with engine.connect() as connection:
            found = await connection.run_sync(differences)
        await engine.dispose()
        return found

    url = postgres.fresh()
    schema.upgrade(url)
    assert asyncio.run(look(url)) == []


def test_every_migration_can_be_undone(tmp_path):
    from alembic import command

    url = f"sqlite:///{tmp_path}/bedside.db"
    configuration = schema.configuration(url)
    revisions = [path.name.partition("_")[0] for path in schema.migrations()]
    found = [described(url)]
    for revision in revisions:
        command.upgrade(configuration, revision)
        found.append(described(url))
    for revision, before in zip(revisions[::-1], found[-2::-1], strict=True):
        command.downgrade(configuration, "-1")
        assert described(url) == before, revision


def described(url: str) -> set[tuple[str, ...]]:
    """Return tables with their columns, indexes and triggers of a SQLite database."""
    with create_engine(url).connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT type, tbl_name, name FROM sqlite_master "
            "WHERE tbl_name <> 'alembic_version' AND name NOT LIKE 'sqlite_%'"
        )
        found = {tuple(row) for row in rows}
        tables = [name for kind, _, name in found if kind == "table"]
        return found | {
            ("column", table, column["name"])
            for table in tables
            for column in inspect(connection).get_columns(table)
        }


LINE = (
    "INSERT INTO audit_lines (clinic_id, seq, at, action, actor_kind, actor_id, patient_id, "
    "subject_id, details, hash) VALUES ('c', 1, 1, 'a', 'k', 'i', '', '', '', '')"
)


@pytest.mark.feature("S3")
@pytest.mark.parametrize("change", ["UPDATE audit_lines SET at = 2", "DELETE FROM audit_lines"])
def test_the_database_refuses_to_change_audit_lines(change, tmp_path, postgres):
    sqlite, postgresql = f"sqlite:///{tmp_path}/bedside.db", postgres.fresh()

    async def on_postgresql() -> None:
        connection = await asyncpg.connect(postgresql)
        await connection.execute(LINE)
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute(change)
        await connection.close()

    schema.upgrade(postgresql)
    asyncio.run(on_postgresql())
    schema.upgrade(sqlite)
    with create_engine(sqlite).connect() as connection:
        connection.exec_driver_sql(LINE)
        with pytest.raises(IntegrityError, match="append-only"):
            connection.exec_driver_sql(change)


FILE = (
    "INSERT INTO files (id, clinic_id, patient_id, holder_id, state, data_key, size, media_type, "
    "refusal, note, engine, signature, scanned_at, pages, width, height, channel, category, "
    "source_id, sender_kind, sender_id, record, created_at) VALUES (:id, 'c', 'p', '', :state, "
    "'k', 1, :type, '', :note, '', '', 0, 0, 0, 0, '', '', '', '', '', 'r', 0)"
)
OLD_FILES = {
    "fil_copied": ("filed", "image/jpeg", "", ("shared", "thumbnail"), "copy"),
    "fil_plain": ("filed", "image/png", "", ("thumbnail",), "as_it_is"),
    "fil_underived": ("filed", "image/jpeg", "", (), "waiting"),
    "fil_paper": ("filed", "application/pdf", "", (), "as_it_is"),
    "fil_form": ("filed", "application/pdf", "pdf_with_scripts", (), "waiting"),
    "fil_report": ("filed", "application/dicom", "dicom_without_pixels", (), "as_it_is"),
    "fil_scan": ("filed", "application/dicom", "", (), "waiting"),
    "fil_video": ("filed", "video/mp4", "", (), "waiting"),
    "fil_webm": ("filed", "video/webm", "", (), "as_it_is"),
    "fil_arriving": ("scanning", "image/jpeg", "", (), "waiting"),
}


@pytest.mark.feature("F13")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_files_that_are_there_are_shared_as_before_or_wait_for_a_job(kind, tmp_path, postgres):
    from alembic import command

    url = f"sqlite:///{tmp_path}/bedside.db" if kind == "sqlite" else postgres.fresh()
    configuration = schema.configuration(url)
    schema.upgrade(url)
    command.downgrade(configuration, "0005")

    def fill(connection: Connection) -> None:
        for file_id, (state, media_type, note, made, _) in OLD_FILES.items():
            row = {"id": file_id, "state": state, "type": media_type, "note": note}
            connection.execute(text(FILE), row)
            for role in made:
                insert = "INSERT INTO derivatives VALUES (:id, :role, 'image/jpeg', 1)"
                connection.execute(text(insert), {"id": file_id, "role": role})

    def look(connection: Connection) -> tuple[dict[str, str], list[str]]:
        files = connection.execute(text("SELECT id, sharing FROM files")).all()
        jobs = connection.execute(text("SELECT unique_name FROM jobs")).all()
        return {row.id: row.sharing for row in files}, [name for (name,) in jobs]

    inside(url, fill)
    schema.upgrade(url)
    found, jobs = inside(url, look)
    assert found == {file_id: after for file_id, (*_, after) in OLD_FILES.items()}
    shared = sorted(name for name in jobs if name.startswith("share:"))
    assert shared == ["share:fil_scan", "share:fil_underived", "share:fil_video"]
    filed = {file_id for file_id, (state, *_) in OLD_FILES.items() if state == "filed"}
    pictured = {"derive-again:fil_report", "derive-again:fil_scan"}
    indexed = {f"index-again:{file_id}" for file_id in filed}
    assert set(jobs) - set(shared) == indexed | pictured


def inside(url: str, work):
    """Run `work` in a transaction on one database or the other."""

    async def on_postgresql():
        engine = create_async_engine(schema.sqlalchemy_url(url))
        async with engine.begin() as connection:
            done = await connection.run_sync(work)
        await engine.dispose()
        return done

    if url.startswith("postgresql"):
        return asyncio.run(on_postgresql())
    with create_engine(url).begin() as connection:
        return work(connection)


def test_clinics_that_are_there_have_their_phone_numbers_read(tmp_path):
    from alembic import command

    url = f"sqlite:///{tmp_path}/bedside.db"
    schema.upgrade(url)
    engine = create_engine(url)
    command.downgrade(schema.configuration(url), "0016")
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO clinics VALUES ('cli_1', 'Riverside', '{}', 0)")
    schema.upgrade(url)
    with engine.connect() as connection:
        jobs = connection.exec_driver_sql("SELECT kind, payload FROM jobs ORDER BY kind").all()
    assert [kind for kind, _ in jobs] == ["patient.read_phones", "staff.read_phones"]
    assert all('"cli_1"' in payload for _, payload in jobs)


_REQUEST = (
    "INSERT INTO requests (id, clinic_id, patient_id, kind, state, content, sent_by, round, "
    "photo_limit, bytes_limit, expected, filed, filed_bytes, agreed_text, agreed_at, created_at, "
    "changed_at, expires_at, opened_at, done_at, reported, reported_at) VALUES (:id, 'cli_1', "
    "'pat_1', :kind, :state, '', 'stf_1', 2, 1, 1, 0, 0, 0, '', 0, 5, 6, 9, :opened, 0, '', 0)"
)
_NOTICE = (
    "INSERT INTO notifications (id, clinic_id, patient_id, cause_id, channel, content, state, "
    "attempts, tried_since, locked_until, failure, reference, local, created_at, sent_at, "
    "delivered_at) VALUES (:id, 'cli_1', 'pat_1', :cause, :channel, '', 'sent', 1, 0, 0, '', '', "
    ":no, 5, 7, 0)"
)
_OLD_REQUESTS = {
    "req_a": ("photo", "sent", 0, ("sms", "email"), ("running", "sms+email,push")),
    "inv_b": ("invitation", "delivered", 0, ("sms",), ("running", "sms,email")),
    "frm_c": ("form", "opened", 8, ("email",), ("read", "email,push,sms")),
    "sum_d": ("summary", "failed", 0, ("sms",), ("settled", "sms,push,email")),
    "req_e": ("photo", "locked", 0, ("sms",), ("stopped", "sms,push,email")),
    "req_f": ("photo", "done", 8, ("sms",), None),
}


@pytest.mark.feature("N7")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_requests_that_are_under_way_get_their_plans(kind, tmp_path, postgres):
    from alembic import command

    url = f"sqlite:///{tmp_path}/bedside.db" if kind == "sqlite" else postgres.fresh()
    schema.upgrade(url)
    command.downgrade(schema.configuration(url), "0043")

    def fill(connection: Connection) -> None:
        connection.execute(text("INSERT INTO clinics VALUES ('cli_1', 'Riverside', '{}', 0)"))
        record = "INSERT INTO patients (id, clinic_id, {more}) VALUES ('pat_1', 'cli_1', {values})"
        columns = _needed(connection, "patients", {"id", "clinic_id"})
        names, values = ", ".join(columns), ", ".join(columns.values())
        connection.execute(text(record.format(more=names, values=values)))
        for one, (key, state, opened, channels, _) in _OLD_REQUESTS.items():
            row = {"id": one, "kind": key, "state": state, "opened": opened}
            connection.execute(text(_REQUEST), row)
            for channel in channels:
                cause = {"id": f"ntf_{one}{channel}", "cause": f"{one}/invite/2", "no": False}
                connection.execute(text(_NOTICE), {**cause, "channel": channel})

    def look(connection: Connection) -> tuple[dict[str, tuple[str, str]], set[str]]:
        plans = connection.execute(text("SELECT item_id, state, ways, read_at FROM message_plans"))
        causes = connection.execute(text("SELECT cause_id FROM notifications"))
        found = {row.item_id: (row.state, row.ways) for row in plans}
        return found, {cause for (cause,) in causes}

    inside(url, fill)
    schema.upgrade(url)
    found, causes = inside(url, look)
    assert found == {one: plan for one, (*_, plan) in _OLD_REQUESTS.items() if plan}
    assert causes == {f"{one}/invite/2/0" for one in _OLD_REQUESTS}


def _needed(connection: Connection, table: str, known: set[str]) -> dict[str, str]:
    """Return the other columns of a table that want a value, with one."""
    found = inspect(connection).get_columns(table)
    wanted = [one for one in found if not one["nullable"] and one["default"] is None]
    zero = {"BLOB": "''", "BYTEA": "''", "TEXT": "''", "BOOLEAN": "FALSE"}
    return {
        one["name"]: zero.get(str(one["type"]), "0") for one in wanted if one["name"] not in known
    }
