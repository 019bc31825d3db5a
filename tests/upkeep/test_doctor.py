"""The doctor finds each planted problem, and says what to do."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command as alembic
from click.testing import CliRunner

from bedside.adapters.child_process import Children
from bedside.cli import main
from bedside.database import schema
from tests.peers.clamd import Clamd
from tests.peers.ports import free_port
from tests.upkeep.conftest import Installation

Plant = Callable[[Installation], None]


def blobs(installation: Installation) -> list[Path]:
    """Return the sealed files."""
    return [path for path in (installation.data / "files").rglob("*") if path.is_file()]


def change(installation: Installation, statement: str) -> None:
    """Change the database behind Bedside's back."""
    with sqlite3.connect(installation.data / "bedside.db") as database:
        database.execute(statement)
    database.close()


def another_key(installation: Installation) -> None:
    installation.key_file.write_text("1:" + "A" * 43 + "=\n")


def a_key_for_everybody(installation: Installation) -> None:
    installation.key_file.chmod(0o644)


def a_broken_audit_log(installation: Installation) -> None:
    # Direct access to the database gets past its own guard, and no further.
    change(installation, "DROP TRIGGER audit_lines_no_update")
    change(installation, "UPDATE audit_lines SET actor_id = 'stf_nobody' WHERE seq = 2")


def a_job_given_up(installation: Installation) -> None:
    change(
        installation,
        "INSERT INTO jobs (id, kind, payload, run_at, attempts, locked_until, failed, last_error)"
        " VALUES ('job_1', 'file.examine', '{}', 0, 12, 0, 1, 'SealBroken')",
    )


def an_old_revision(installation: Installation) -> None:
    change(installation, "UPDATE alembic_version SET version_num = '0000'")


def a_spoilt_file(installation: Installation) -> None:
    path = max(blobs(installation), key=lambda path: path.stat().st_size)
    spoilt = bytearray(path.read_bytes())
    spoilt[1_000] ^= 1
    path.write_bytes(spoilt)


def a_missing_file(installation: Installation) -> None:
    max(blobs(installation), key=lambda path: path.stat().st_size).unlink()


def a_scanner_that_is_down(installation: Installation) -> None:
    (installation.data / "bedside.toml").write_text('clamd = "unix:/nowhere/clamd"\n')


def _set(installation: Installation, *lines: str) -> None:
    (installation.data / "bedside.toml").write_text("\n".join(lines) + "\n")


def mail_that_cannot_leave(installation: Installation) -> None:
    url = f"smtp://127.0.0.1:{free_port()}?starttls=never"
    _set(installation, f'smtp_url = "{url}"', 'mail_from = "desk@riverside.example"')


def sms_that_cannot_leave(installation: Installation) -> None:
    _set(installation, f'twilio_url = "http://127.0.0.1:{free_port()}"', 'twilio_account = "AC1"')


def a_relay_that_is_away(installation: Installation) -> None:
    url = f"turn:127.0.0.1:{free_port()}?transport=tcp"
    _set(installation, f'turn_urls = "{url}"', 'turn_secret = "otter"')


def a_stun_server_that_is_away(installation: Installation) -> None:
    _set(installation, f'stun_urls = "stun:127.0.0.1:{free_port()}"')


def a_plain_address(installation: Installation) -> None:
    _set(installation, 'public_url = "http://visits.riverside.example"')


def a_proxy_nobody_trusts(installation: Installation) -> None:
    _set(installation, 'public_url = "https://visits.riverside.example"')


def jobs_that_wait(installation: Installation) -> None:
    change(
        installation,
        "INSERT INTO jobs (id, kind, payload, run_at, attempts, locked_until, failed, last_error)"
        " VALUES ('job_1', 'file.examine', '{}', 9, 0, 0, 0, ''),"
        " ('job_2', 'file.share', '{}', 9, 0, 0, 0, '')",
    )


def nothing(_installation: Installation) -> None:
    """A worker that was stopped needs no doing."""


def a_file_of_another_patient(installation: Installation) -> None:
    change(installation, "UPDATE files SET patient_id = 'pat_00000000000000000000000000'")


def files_of_another_patient(installation: Installation) -> None:
    change(installation, "UPDATE files SET patient_id = 'pat_00000000000000000000000000'")
    change(installation, "UPDATE chart_entries SET patient_id = 'pat_00000000000000000000000000'")


def a_raised_role(installation: Installation) -> None:
    change(installation, "UPDATE staff SET role = 'administrator'")


def rows_that_look_old(installation: Installation) -> None:
    change(installation, "UPDATE staff SET role = 'administrator', mac = NULL")
    change(installation, "DELETE FROM bound_clinics")


PLANTED: list[tuple[Plant, int, str]] = [
    (another_key, 1, "The master key does not open the clinics' keys."),
    (a_key_for_everybody, 1, "chmod 600"),
    (a_broken_audit_log, 1, "is broken at line 2: a line was changed or moved."),
    (a_job_given_up, 0, "Jobs that were given up: 1 (file.examine)."),
    (an_old_revision, 1, "bedside migrate"),
    (a_spoilt_file, 1, "1 files are damaged: fil_"),
    (a_missing_file, 1, "1 files are damaged: fil_"),
    (a_file_of_another_patient, 1, "In files, the row fil_"),
    (a_file_of_another_patient, 1, "lies in the chart of a patient whose it is not."),
    (files_of_another_patient, 1, "In chart_entries, the row ent_"),
    (a_raised_role, 1, "In staff, the row stf_"),
    (rows_that_look_old, 1, "were never bound to its keys, or its mark was removed."),
    (a_scanner_that_is_down, 1, "The scanner does not answer"),
    (mail_that_cannot_leave, 1, "The mail server does not answer."),
    (mail_that_cannot_leave, 1, "E-mail"),
    (sms_that_cannot_leave, 1, "The SMS gateway does not answer."),
    (a_relay_that_is_away, 1, "1 of 1 relays: does not answer."),
    (a_relay_that_is_away, 1, "compare turn_secret with static-auth-secret"),
    (a_stun_server_that_is_away, 1, "1 of 1 STUN servers: does not answer."),
    (a_plain_address, 0, "public_url begins with http://"),
    (a_proxy_nobody_trusts, 0, "no reverse proxy is trusted"),
    (jobs_that_wait, 0, "Jobs that wait: 2; the oldest for"),
    (nothing, 0, "No worker runs: no file is scanned, and no message leaves."),
]


def test_a_sound_installation_is_said_to_be(installation: Installation) -> None:
    result = installation.run("doctor", "--deep")
    assert result.exit_code == 0, result.output
    assert "✗" not in result.output
    assert "Every file opens and is as it was sealed." in result.output
    assert "Files are parsed in a sandbox (Landlock and seccomp)" in result.output
    assert installation.clinic_id in result.output


@pytest.mark.parametrize(
    ("plant", "code", "said"), PLANTED, ids=[plant.__name__ for plant, *_ in PLANTED]
)
def test_what_is_planted_is_found(
    installation: Installation, plant: Plant, code: int, said: str
) -> None:
    plant(installation)
    result = installation.run("doctor", "--deep")
    assert result.exit_code == code, result.output
    assert said in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_row_that_was_put_right_is_taken_for_true(installation: Installation) -> None:
    assert installation.run("audit", "verify").exit_code == 0
    a_raised_role(installation)
    found = installation.run("audit", "verify")
    assert (found.exit_code, "was changed outside Bedside" in found.output) == (1, True)
    change(installation, "UPDATE staff SET role = 'clinician'")
    asked = installation.run("audit", "accept")
    assert asked.exit_code == 1, "it asks first"
    accepted = installation.run("audit", "accept", "--yes")
    assert accepted.exit_code == 0, accepted.output
    assert "rows were bound" in accepted.output
    assert installation.run("audit", "verify").exit_code == 0


def test_a_database_of_before_is_told_to_be_one(installation: Installation) -> None:
    alembic.downgrade(schema.configuration(f"sqlite:///{installation.data}/bedside.db"), "0005")
    result = installation.run("doctor", "--deep")
    assert (result.exit_code, "bedside migrate" in result.output) == (1, True)
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_machine_without_a_sandbox_is_found(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def without_seccomp(_children: Children) -> frozenset[str]:
        return frozenset({"files"})

    monkeypatch.setattr(Children, "confinement", without_seccomp)
    result = installation.run("doctor")
    assert result.exit_code == 1
    assert "lacks Landlock or seccomp" in result.output


def test_a_scanner_that_does_not_tell_all_is_found(installation: Installation) -> None:
    clamd = Clamd(AlertExceedsMax="no")
    try:
        clamd.start()
        settings = f'clamd = "tcp:127.0.0.1:{clamd.port}"\n'
        (installation.data / "bedside.toml").write_text(settings)
        result = installation.run("doctor")
    finally:
        clamd.remove()
    assert result.exit_code == 0
    assert "Set AlertExceedsMax yes in clamd.conf." in result.output


@pytest.mark.parametrize("command", ["doctor", "worker", "serve", "migrate"])
def test_a_nonsense_address_of_clamd_is_refused_in_words(
    installation: Installation, command: str
) -> None:
    (installation.data / "bedside.toml").write_text('clamd = "tcp:127.0.0.1"\n')
    result = installation.run(command)
    assert result.exit_code == 1
    assert "clamd: neither unix:/path nor tcp:host:port" in result.output
    assert "127.0.0.1" not in result.output


@pytest.mark.parametrize("command", [("doctor",), ("audit", "verify"), ("keys", "rotate")])
def test_a_missing_key_is_said_and_none_is_made(
    installation: Installation, command: tuple[str, ...]
) -> None:
    installation.key_file.unlink()
    result = installation.run(*command)
    assert result.exit_code == 1
    assert "is missing" in result.output
    assert "Put a copy of it there" in result.output
    assert not installation.key_file.exists()


def test_a_key_beside_the_data_is_advised_against(installation: Installation) -> None:
    beside = installation.data / "keys" / "master.key"
    beside.parent.mkdir()
    installation.key_file.rename(beside)
    (installation.data / "bedside.toml").write_text(f'master_key_file = "{beside}"\n')
    result = CliRunner().invoke(main, ["doctor", "--data", str(installation.data)])
    assert "The master key lies in the data directory." in result.output
