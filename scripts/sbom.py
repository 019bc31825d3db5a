"""Write the software bill of materials (CycloneDX 1.6, JSON): every third-party package that
Bedside pins, with the hashes that the pins accept.

`python -m scripts.sbom FILE`; `make sbom` writes artifacts/bedside.cdx.json. It reads
requirements/base.txt and package-lock.json, and needs no network. Licenses of Python packages come
from the metadata of what is installed here, those of npm packages from the lock file; a package
that is not installed (for another platform) or declares nothing has none.
"""

import base64
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

ROOT = Path(__file__).resolve().parent.parent
PYTHON_PINS = ROOT / "requirements" / "base.txt"
NPM_PINS = ROOT / "package-lock.json"

_PIN = re.compile(r"^([\w.-]+)==(\S+)( ;.*)?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def python_components(pins: str) -> Iterator[dict[str, Any]]:
    """Yield a component for each pin of a requirements file.

    A pin accepts any file of the release (a wheel for each platform, the source), so a component
    has as many hashes.
    """
    for entry in pins.replace("\\\n", " ").splitlines():
        stated, *hashes = re.split(r"\s+(?=--hash)", entry.strip())
        pin = _PIN.match(stated)
        if pin is None:
            raise ValueError(f"not a pinned requirement: {stated}")
        name, version, marker = pin.groups()
        found = [_HASH.fullmatch(text) for text in hashes]
        yield _component(
            f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{quote(version)}",
            name,
            version,
            "optional" if marker else "required",
            [{"alg": "SHA-256", "content": match[1]} for match in found if match],
            _installed_licenses(name, version),
        )


def npm_components(lock: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a component for each package of a package-lock.json (version 3).

    What only builds the pages is in the scope `excluded`: it is used, and not delivered.
    """
    for place, package in lock["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if not name:
            continue  # the project itself
        algorithm, _, digest = package["integrity"].partition("-")
        alg = {"sha512": "SHA-512", "sha1": "SHA-1"}[algorithm]
        scope = "excluded" if package.get("dev") else "required"
        version = package["version"]
        yield _component(
            f"pkg:npm/{quote(name)}@{quote(version)}",
            name,
            version,
            "optional" if scope == "required" and package.get("optional") else scope,
            [{"alg": alg, "content": base64.b64decode(digest).hex()}],
            [_license(package["license"])] if package.get("license") else [],
        )


def _component(
    purl: str,
    name: str,
    version: str,
    scope: str,
    hashes: list[dict[str, str]],
    licenses: list[dict[str, Any]],
) -> dict[str, Any]:
    stated: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "scope": scope,
        "hashes": hashes,
        "licenses": licenses,
        "purl": purl,
    }
    return {key: value for key, value in stated.items() if value != []}


def _installed_licenses(name: str, version: str) -> list[dict[str, Any]]:
    """Return what the installed package declares: its SPDX expression, else every name it gives."""
    try:
        installed = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return []
    if installed.version != version:
        return []
    declared = installed.metadata.json
    if expression := str(declared.get("license_expression", "")):
        return [_license(expression)]
    text = str(declared.get("license", "")).strip()
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in declared.get("classifier", [])
        if line.startswith("License ::")
    ]
    # some paste the whole text of the license into the field
    names = list(dict.fromkeys([text, *classifiers] if text and "\n" not in text else classifiers))
    if len(names) == 1:
        return [_license(names[0])]
    return [{"license": {"name": name}} for name in names]  # an expression could only stand alone


def _license(text: str) -> dict[str, Any]:
    """Return an SPDX id, an SPDX expression, or a name, whichever the text is."""
    try:
        spdx = canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return {"license": {"name": text}}
    return {"expression": spdx} if " " in spdx else {"license": {"id": spdx}}


def bill(pins: str, lock: dict[str, Any], project: dict[str, Any]) -> dict[str, Any]:
    """Return the document for the contents of the two pin files and of `[project]`."""
    components = [*python_components(pins), *npm_components(lock)]
    version = project["version"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid4().urn,
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {
                "type": "application",
                "bom-ref": f"bedside@{version}",
                "name": project["name"],
                "version": version,
                "description": project["description"],
                "licenses": [_license(project["license"])],
            },
        },
        "components": sorted(components, key=lambda component: component["bom-ref"]),
    }


def main() -> None:
    """Write the bill to the file that the first argument names."""
    made = Path(sys.argv[1])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    document = bill(PYTHON_PINS.read_text(), json.loads(NPM_PINS.read_text()), project)
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.write(f"{made}: {len(document['components'])} packages\n")


if __name__ == "__main__":
    main()
