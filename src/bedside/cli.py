"""The command line: `bedside …`. Each command says what it does with --help."""

from pathlib import Path
from typing import Any

import click

from bedside import settings as configuration

_data = click.option(
    "--data", type=click.Path(path_type=Path), help="Directory for database, files and keys."
)
_port = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")


@click.group()
@click.version_option(package_name="bedside")
def main() -> None:
    """Bedside: virtual visits and file exchange with patients, run by the clinic itself."""


@main.command()
@_data
@_port
@click.option("--lan", is_flag=True, help="Serve HTTPS to phones in this network, with a QR code.")
@click.option("--no-browser", is_flag=True, hidden=True)
def demo(data: Path | None, port: int | None, lan: bool, no_browser: bool) -> None:
    """Serve a clinic that looks lived in, to try everything out.

    Starts from an empty directory or goes on with what is there. Needs no network. Not for real
    patients: the sign-ins are known to everybody.
    """
    del no_browser
    from bedside.demo.run import run

    run(data or Path("demo-data"), port or 8080, lan=lan)


@main.command()
@_data
@_port
@click.option("--host", help="Address to listen on.")
@click.option("--no-worker", is_flag=True, help="Leave the jobs to `bedside worker`.")
def serve(data: Path | None, port: int | None, host: str | None, no_worker: bool) -> None:
    """Serve a clinic. The first start shows a set-up page in the browser."""
    from bedside.serving import serve as run

    given: dict[str, Any] = {"data": data, "port": port, "host": host}
    if no_worker:
        given["worker_in_process"] = False
    run(configuration.load(**given))


@main.command()
@_data
def worker(data: Path | None) -> None:
    """Do jobs (scans, previews, messages) in a process of its own."""
    from bedside.serving import work

    work(configuration.load(data=data))


@main.command()
@_data
def migrate(data: Path | None) -> None:
    """Bring the database to the newest version."""
    from bedside.database import schema

    chosen = configuration.load(data=data)
    chosen.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    schema.upgrade(chosen.url)
    click.echo(f"The database is at revision {schema.newest_revision()}.")


if __name__ == "__main__":
    main()
