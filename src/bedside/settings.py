"""Settings: from a TOML file (`bedside.toml` in the data directory), then the environment.

Each setting is documented in docs/operators/settings.md; a test keeps the two in step. The
environment wins; the name there is `BEDSIDE_` and the setting's name in capitals.
"""

import difflib
import os
import re
import tomllib
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

_DATABASES = ("sqlite:///", "postgresql://", "postgres://", "postgresql+asyncpg://")
_NOT_SETTINGS = frozenset({"BEDSIDE_PYTHON", "BEDSIDE_FAULT"})
"""Names of the environment that begin alike and belong to scripts and tests."""


class BadSettings(ValueError):
    """A setting cannot be used; the text says which, in words, and never repeats its value."""


def socket_address(text: str) -> str | tuple[str, int]:
    """Parse where a local service listens: the path of “unix:/path” or “/path”, or host and port
    of “tcp:host:port”, with or without “//” or the “tcp:”, an IPv6 address in brackets.

    Raises ValueError for anything else.
    """
    if text.startswith(("unix:/", "/")):
        return text.removeprefix("unix:")
    host, _, port = text.removeprefix("tcp:").removeprefix("//").rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    is_plain = ":" not in host or host == f"[{bare}]"
    digits = port.isascii() and port.isdigit()
    if not bare or not is_plain or "/" in bare or not digits or not 0 < int(port) < 65_536:
        raise ValueError("neither unix:/path nor tcp:host:port")
    return bare, int(port)


class Settings(BaseModel):
    """The operator's settings. Everything has a default that works on one machine."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    data: Path = Field(
        default=Path("data"), description="Directory for the database, files and keys."
    )
    database_url: str = Field(
        default="",
        description="sqlite:///path or postgresql://…; empty: SQLite in the data directory.",
    )
    master_key_file: Path | None = Field(
        default=None,
        description="File with the master key; empty: keys/master.key in the data directory.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, ge=1, le=65_535, description="Port to listen on.")
    public_url: str = Field(
        default="",
        description="Address that patients reach, for links; empty: http://localhost:PORT.",
    )
    trusted_proxy: str = Field(
        default="",
        description="Address of the reverse proxy whose X-Forwarded-For is believed; for several "
        "use trusted_proxies.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses and networks of reverse proxies whose X-Forwarded-For is believed, "
        "several with commas, such as 10.0.0.0/24; the header is read from its end, past all of "
        "them.",
    )
    worker_in_process: bool = Field(
        default=True, description="Run the worker inside the web process."
    )
    clamd: str = Field(
        default="", description="clamd as unix:/path or tcp:host:port; empty: the built-in scanner."
    )
    clamd_max_file_size: int = Field(
        default=0,
        ge=0,
        description="MaxFileSize of clamd, in MB as its configuration counts them; 0: measured.",
    )
    clamd_max_scan_size: int = Field(
        default=0,
        ge=0,
        description="MaxScanSize of clamd, in MB as its configuration counts them; 0: measured.",
    )
    clamd_suspicions: Literal["hold", "open", "destroy"] = Field(
        default="hold",
        description="What happens to files that clamd only suspects (names beginning with PUA. or "
        "Heuristics.): hold keeps them closed, open keeps them with a warning, destroy destroys "
        "them.",
    )
    smtp_url: str = Field(
        default="",
        description="smtp://user:password@host:port (smtps:// for TLS); empty: local outbox.",
    )
    mail_from: str = Field(default="", description="Sender address of e-mail.")
    mail_bounces: str = Field(
        default="",
        description="Address to which e-mail comes back, as name+message@host; empty: mail_from.",
    )
    mail_bounces_token: str = Field(
        default="", description="Token with which a mail server posts to /hooks/mail."
    )
    twilio_url: str = Field(
        default="", description="Base URL of the SMS gateway; empty: local outbox."
    )
    twilio_account: str = Field(default="", description="Account SID at the SMS gateway.")
    twilio_token: str = Field(default="", description="Auth token at the SMS gateway.")
    sms_from: str = Field(default="", description="Sender number of SMS.")
    internal_push_services: bool = Field(
        default=False,
        description="Let browsers name push services at addresses of an internal network, for a "
        "clinic that runs its own.",
    )
    janus_url: str = Field(
        default="",
        description="WebSocket address of Janus, the media server of group calls, such as "
        "ws://127.0.0.1:8188; empty: groups connect directly.",
    )
    janus_secret: str = Field(default="", description="api_secret of Janus; the address needs one.")
    stun_urls: str = Field(
        default="", description="STUN servers for calls, stun:host:port, several with commas."
    )
    turn_urls: str = Field(
        default="",
        description="Relays for calls (coturn), turn:host:port or turns:host:port?transport=tcp, "
        "several with commas; empty: none.",
    )
    turn_secret: str = Field(
        default="", description="static-auth-secret of the relays, which share one."
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, description="Sign staff out after this long without use."
    )
    session_hours: int = Field(
        default=12, ge=1, description="Sign staff out after this long in any case."
    )
    examiners: int = Field(
        default=2, ge=1, le=64, description="How many files are examined at the same time."
    )
    requests_per_second: int = Field(
        default=50,
        ge=0,
        description="Requests that one session may make for good (ten times as many at once; "
        "one address four times as many); 0: no limit.",
    )
    connections_per_address: int = Field(
        default=2_000,
        ge=0,
        description="Connections that one network address may have at once, with a page of staff "
        "open taking one or two: a hospital may be one address. Never more than half of what the "
        "process can open; 0: no limit.",
    )
    metrics_token: str = Field(
        default="",
        description="Bearer token for /metrics, and for the parts of /health, from elsewhere; "
        "empty: this machine only.",
    )
    log_format: Literal["json", "console"] = Field(default="json", description="json or console.")
    development: bool = Field(
        default=False,
        description="Show /styleguide, reload templates, and offer two languages that nobody "
        "speaks, for testing pages.",
    )
    demo: bool = Field(default=False, description="Say on each page that this is a demonstration.")

    @field_validator("master_key_file", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        return None if value == "" else value  # Path("") would be the working directory

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        """Check the address: links are made of it, so it has a scheme, a host and nothing else."""
        if not value:
            return value
        try:
            parts = urlsplit(value)
            has_host, _port = bool(parts.hostname), parts.port
        except ValueError:
            has_host, parts = False, urlsplit("")
        if parts.scheme not in ("https", "http") or not has_host:
            raise ValueError("begins with https:// and the host name")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("is a host without a path: Bedside needs a host name of its own")
        if parts.username is not None or " " in value:
            raise ValueError("is an address without a name, password or blank in it")
        return f"{parts.scheme}://{parts.netloc.lower()}"  # compared with what browsers send

    @field_validator("trusted_proxy")
    @classmethod
    def _is_one_address(cls, value: str) -> str:
        if value:
            try:
                ip_address(value)
            except ValueError as error:
                raise ValueError(
                    "is one IP address, such as 127.0.0.1; networks go into trusted_proxies"
                ) from error
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        if value and not value.startswith(_DATABASES):
            raise ValueError("begins with sqlite:/// or postgresql://")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, value: str) -> str:
        return _address(value, ("smtp", "smtps"))

    @field_validator("twilio_url")
    @classmethod
    def _is_a_web_address(cls, value: str) -> str:
        return _address(value, ("https", "http"))

    @field_validator("janus_url")
    @classmethod
    def _is_a_socket_address(cls, value: str) -> str:
        return _address(value, ("ws", "wss"))

    @field_validator("mail_from", "mail_bounces")
    @classmethod
    def _is_a_sender(cls, value: str) -> str:
        name, _, domain = parseaddr(value)[1].rpartition("@")
        if value and not (name and domain):
            raise ValueError("is an address such as clinic@example.org, or Clinic <clinic@…>")
        return value

    @field_validator("stun_urls", "turn_urls")
    @classmethod
    def _are_servers_of_calls(cls, value: str, info: ValidationInfo) -> str:
        kind = str(info.field_name).removesuffix("_urls")
        for url in value.replace(",", " ").split():
            if not re.fullmatch(rf"{kind}s?:[^/?@\s]+(\?transport=(udp|tcp))?", url):
                raise ValueError(f"has {kind}:host:port or {kind}s:host:port, several with commas")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for name in value.replace(",", " ").split():
            try:
                ip_network(name, strict=False)
            except ValueError as error:
                raise ValueError("has IP addresses and networks, such as 10.0.0.0/24") from error
        return value

    @field_validator("clamd")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value:
            socket_address(value)
        return value

    @model_validator(mode="after")
    def _addresses_have_what_they_need(self) -> Self:
        """Check for the secrets that rooms and credentials are derived from, and mail's sender:
        there is no default for them."""
        for address, needed in (
            ("janus_url", "janus_secret"),
            ("turn_urls", "turn_secret"),
            ("smtp_url", "mail_from"),
        ):
            if getattr(self, address) and not getattr(self, needed):
                raise ValueError(f"{address} needs {needed}")
        return self

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data / 'bedside.db'}"

    @property
    def key_file(self) -> Path:
        """The master key file in force."""
        return self.master_key_file or self.data / "keys" / "master.key"

    @property
    def proxies(self) -> str:
        """The reverse proxies in front, separated by commas."""
        return f"{self.trusted_proxy},{self.trusted_proxies}"

    @property
    def session_cookie(self) -> str:
        """The session cookie's name. `__Host-` restricts it to this very host and to HTTPS."""
        return "__Host-bedside" if self.base_url.startswith("https://") else "bedside"

    @property
    def base_url(self) -> str:
        """The address that patients reach, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")


def load(**given: Any) -> Settings:
    """Load the settings from file and environment; `given` (command line options) win over both.

    Raises BadSettings.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    outside = environment()
    data = Path(chosen.get("data") or outside.get("data") or "data")
    file = data / "bedside.toml"
    from_file = _read(file) if file.exists() else {}
    try:
        settings = Settings.model_validate({**from_file, **outside, **chosen})
    except ValidationError as error:
        raise BadSettings(_in_words(error)) from error
    _look_at_paths(settings)
    return settings


def _look_at_paths(settings: Settings) -> None:
    """Refuse a directory where a file belongs, and the reverse; it need not exist yet."""
    database = settings.url.removeprefix("sqlite:///") if settings.url.startswith("sqlite:") else ""
    if settings.url.startswith("sqlite:") and database in ("", ":memory:"):
        raise BadSettings("database_url: names no file, so that nothing would be kept.")
    if settings.data.is_file():
        raise BadSettings(f"data: {settings.data} is a file; it must be a directory.")
    for name, path in (("master_key_file", settings.key_file), ("database_url", Path(database))):
        if str(path) != "." and os.path.isdir(path):
            raise BadSettings(f"{name}: {path} is a directory; name the file in it.")


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # the place only: a line may have a password
        place = re.search(r"line \d+, column \d+", str(error))
        where = f" ({place[0]})" if place else ""
        raise BadSettings(
            f"{file} cannot be read{where}: each line is a name, “=” and a value, with text in "
            'quotes, such as public_url = "https://visits.example". Nothing was started.'
        ) from error
    except OSError as error:
        raise BadSettings(f"{file} cannot be read ({error.strerror}).") from error


def unknown_names() -> list[str]:
    """Return the names in the environment that begin like a setting and are none, each with the
    one that may be meant."""
    known = {"BEDSIDE_" + name.upper() for name in Settings.model_fields}
    found: list[str] = []
    for name in sorted(os.environ):
        if name.startswith("BEDSIDE_") and name not in known | _NOT_SETTINGS:
            short = name.removeprefix("BEDSIDE_").lower()
            close = difflib.get_close_matches(short, list(Settings.model_fields), 1)
            found.append(f"{name} (meant: BEDSIDE_{close[0].upper()}?)" if close else name)
    return found


def _address(value: str, schemes: tuple[str, ...]) -> str:
    """Return an address that has one of these schemes and a host; raises ValueError."""
    if value:
        try:
            parts = urlsplit(value)
            is_one = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_one = False
        if not is_one:
            raise ValueError(f"begins with {' or '.join(f'{s}://' for s in schemes)} and a host")
    return value


def environment() -> dict[str, str]:
    """Return the settings given by the environment, by name. One that is empty counts as not given
    where there is no empty text, as in a line that was left without a value."""
    return {
        name: value
        for name, field in Settings.model_fields.items()
        if (value := os.environ.get("BEDSIDE_" + name.upper())) is not None
        and (value.strip() or field.annotation is str)
    }


def _in_words(error: ValidationError) -> str:
    said: list[str] = []
    for wrong in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in wrong["loc"])
        if wrong["type"] == "extra_forbidden":
            close = difflib.get_close_matches(name, list(Settings.model_fields), 1)
            meant = f"; {close[0]} may be meant" if close else ""
            said.append(f"there is no setting {name}{meant}")
            continue
        said.append(": ".join(filter(None, (name, _why_not(wrong)))))
    return "The settings cannot be used. " + "; ".join(said) + ". Nothing was started."


def _why_not(wrong: ErrorDetails) -> str:
    kind, bounds = wrong["type"], wrong.get("ctx", {})
    if kind.startswith("int_"):
        return "is a whole number"
    if kind.startswith("bool_"):
        return "is true or false"
    if kind == "literal_error":
        return f"is {bounds['expected']}".replace("'", "")
    if kind.startswith(("greater_than", "less_than")):
        (bound,) = bounds.values()
        return f"is {'at least' if kind.startswith('greater') else 'at most'} {bound}"
    if kind.startswith(("string_", "path_")):
        return "is a text, in quotes"
    return wrong["msg"].removeprefix("Value error, ")
