"""Mistakes in settings are said in words, without the value, which may be a secret."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bedside.cli import main
from bedside.settings import BadSettings, load, unknown_names

pytestmark = pytest.mark.feature("A4")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("public_url", "visits.riverside.example", "public_url: begins with https://"),
        ("public_url", "https://riverside.example/visits", "without a path"),
        ("public_url", "https://riverside.example/?clinic=1", "without a path"),
        ("public_url", "ftp://riverside.example", "begins with https://"),
        ("public_url", "https://", "begins with https://"),
        ("public_url", "https://visits.example:port", "begins with https://"),
        ("public_url", "https://otter:holt@visits.example", "without a name, password"),
        ("trusted_proxy", "localhost", "trusted_proxy: is one IP address"),
        ("trusted_proxy", "10.0.0.0/8", "networks go into trusted_proxies"),
        ("trusted_proxy", "10.0.0.1, 10.0.0.2", "networks go into trusted_proxies"),
        ("trusted_proxies", "nginx", "trusted_proxies"),
        ("database_url", "mysql://otter@db/bedside", "begins with sqlite:/// or postgresql://"),
        ("database_url", "/var/lib/bedside.db", "begins with sqlite:/// or postgresql://"),
        ("smtp_url", "mail.riverside.example:587", "smtp_url: begins with smtp:// or smtps://"),
        ("smtp_url", "https://otter@mail.example", "smtp_url: begins with smtp://"),
        ("twilio_url", "api.twilio.com", "twilio_url: begins with https://"),
        ("janus_url", "http://127.0.0.1:8088/janus", "janus_url: begins with ws:// or wss://"),
        ("log_format", "xml", "log_format: is json or console"),
        ("clamd_suspicions", "otter", "clamd_suspicions: is hold, open or destroy"),
        ("port", "eighty", "port: is a whole number"),
        ("port", "0", "port: is at least 1"),
        ("port", "80801", "port: is at most 65535"),
        ("session_hours", "otter", "session_hours: is a whole number"),
        ("session_hours", "0", "session_hours: is at least 1"),
        ("session_idle_minutes", "-5", "session_idle_minutes: is at least 1"),
        ("examiners", "0", "examiners: is at least 1"),
        ("examiners", "1000", "examiners: is at most 64"),
        ("demo", "otter", "demo: is true or false"),
        ("clamd", 5, "clamd: is a text, in quotes"),
        ("mail_from", "otter", "mail_from: is an address such as"),
        ("mail_from", "Clinic <otter>", "mail_from: is an address such as"),
        ("stun_urls", "stun://otter.example", "stun_urls: has stun:host:port"),
        ("stun_urls", "turn:otter.example:3478", "stun_urls: has stun:host:port"),
        ("turn_urls", "turn:a.example, otter", "turn_urls: has turn:host:port"),
        ("turn_urls", "turn:otter@a.example", "turn_urls: has turn:host:port"),
        ("turn_urls", "turns:a.example?transport=otter", "turn_urls: has turn:host:port"),
        ("trusted_proxies", "10.0.0.0/8, otter", "trusted_proxies: has IP addresses"),
        ("smtp_ulr", "smtp://otter", "there is no setting smtp_ulr; smtp_url may be meant"),
        ("colour", "otter", "there is no setting colour"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load(data=tmp_path, **{name: value})
    assert said in str(refused.value)
    assert str(refused.value).startswith("The settings cannot be used. ")
    assert "otter" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        {"public_url": "https://visits.example:8443/"},
        {"public_url": "http://[2001:db8::1]:8080"},
        {"trusted_proxy": "::1"},
        {"database_url": "postgres://u@/bedside?host=/run/postgresql"},
        {"database_url": "postgresql://u:p@db/bedside?sslmode=verify-full"},
        {"smtp_url": "smtp://mail:25?starttls=never", "mail_from": "a@b.example"},
        {"smtp_url": "smtps://a%40b:p%2Fw@mail.example:465", "mail_from": "a@b.example"},
        {"janus_url": "ws://127.0.0.1:8188", "janus_secret": "s"},
        {"twilio_url": "https://api.twilio.com"},
        {"stun_urls": "stun:a.example:3478, stuns:[2001:db8::1]:5349"},
        {"turn_urls": "turn:a.example,turns:a.example:443?transport=tcp", "turn_secret": "s"},
        {"mail_from": "Riverside Clinic <clinic@riverside.example>"},
    ],
)
def test_what_can_be_used_is_taken(tmp_path: Path, given: dict[str, Any]) -> None:
    assert load(data=tmp_path, **given)


def test_blanks_and_capitals_change_nothing(tmp_path: Path) -> None:
    """An address is compared with what browsers send, and decides about secure cookies."""
    settings = load(data=tmp_path, public_url=" HTTPS://Visits.Riverside.example/ ", clamd=" /s ")
    assert settings.base_url == "https://visits.riverside.example"
    assert settings.session_cookie.startswith("__Host-")
    assert settings.clamd == "/s"


def test_a_line_without_a_value_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PORT", "EXAMINERS", "WORKER_IN_PROCESS", "DATA", "MASTER_KEY_FILE", "LOG_FORMAT"):
        monkeypatch.setenv(f"BEDSIDE_{name}", "")
    (tmp_path / "bedside.toml").write_text('clamd = "/run/clamd"\nport = 8081\n')
    monkeypatch.setenv("BEDSIDE_CLAMD", "")  # takes what the file says back
    settings = load(data=tmp_path)
    assert (settings.port, settings.worker_in_process, settings.clamd) == (8081, True, "")
    assert settings.key_file == tmp_path / "keys" / "master.key"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("master_key_file", ".", "is a directory; name the file in it"),
        ("database_url", "sqlite:///{here}", "is a directory; name the file in it"),
        ("database_url", "sqlite:///", "names no file"),
        ("database_url", "sqlite:///:memory:", "names no file"),
        ("data", "{here}/file", "is a file; it must be a directory"),
    ],
)
def test_a_path_to_the_wrong_kind(tmp_path: Path, name: str, value: str, said: str) -> None:
    (tmp_path / "file").touch()
    given = tmp_path if value == "." else value.replace("{here}", str(tmp_path))
    with pytest.raises(BadSettings, match=said):
        load(**{"data": tmp_path, name: given})


@pytest.mark.parametrize(
    "content", ["public_url = https://otter\n", "[otter\n", "port = 80 80\n", "\xff\xfe"]
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "bedside.toml").write_text(content, encoding="latin-1")
    for command in ("serve", "doctor", "migrate", "worker"):
        done = CliRunner().invoke(main, [command, "--data", str(tmp_path)])
        assert done.exit_code == 1
        assert "bedside.toml cannot be read" in done.output
        assert "otter" not in done.output
        assert "Traceback" not in done.output


def test_names_that_are_no_settings_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDSIDE_SMTP_ULR", "smtp://otter")
    monkeypatch.setenv("BEDSIDE_ZZZ", "otter")
    monkeypatch.setenv("BEDSIDE_PORT", "8081")
    assert unknown_names() == ["BEDSIDE_SMTP_ULR (meant: BEDSIDE_SMTP_URL?)", "BEDSIDE_ZZZ"]
