"""The bill of materials: every pin is in it, in the form of CycloneDX 1.6."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import sbom

ROOT = Path(__file__).parents[2]

FORM: dict[str, Any] = {
    "bomFormat": r"CycloneDX",
    "specVersion": r"1\.6",
    "serialNumber": r"urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}",
    "version": r"1",
    "metadata": r"\{.*\}",
    "components": r"\[.*\]",
}
COMPONENT = {
    "type": r"library",
    "bom-ref": r"pkg:.+",
    "name": r"\S+",
    "version": r"\S+",
    "scope": r"required|optional|excluded",
    "hashes": r"\[.+\]",
    "licenses": r"\[.+\]",
    "purl": r"pkg:(pypi/[a-z0-9-]+|npm/(%40|[a-z0-9])[\w./-]*)@[\w.]+",
}
LENGTHS = {"SHA-1": 40, "SHA-256": 64, "SHA-512": 128}


def complaints(form: dict[str, Any], stated: dict[str, Any], *, without: str = "") -> list[str]:
    """Return differences from a form: values by regular expression, no extra or missing key."""
    wrong = [f"no {key}" for key in form if key not in stated and key != without]
    for key, value in stated.items():
        text = value if isinstance(value, str) else json.dumps(value)
        if key not in form:
            wrong.append(f"{key} is not in the schema")
        elif not re.fullmatch(form[key], text):
            wrong.append(f"{key} is {text[:80]}")
    return wrong


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The output of the command."""
    made = tmp_path_factory.mktemp("sbom") / "new" / "bedside.cdx.json"
    subprocess.run([sys.executable, "-m", "scripts.sbom", made], cwd=ROOT, check=True)
    return json.loads(made.read_text())


def test_the_document_and_its_components_have_the_form(written: dict[str, Any]) -> None:
    assert complaints(FORM, written) == []
    assert set(written["metadata"]) == {"timestamp", "component"}
    assert written["metadata"]["component"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    references = [component["bom-ref"] for component in written["components"]]
    assert len(references) == len(set(references))
    for component in written["components"]:
        assert complaints(COMPONENT, component, without="licenses") == [], component["name"]
        _hashes_have_their_length(component)
        _licenses_have_their_form(component)


def _hashes_have_their_length(component: dict[str, Any]) -> None:
    contents = [one["content"] for one in component["hashes"]]
    assert len(contents) == len(set(contents)), component["name"]
    for one in component["hashes"]:
        assert re.fullmatch("[0-9a-f]+", one["content"])
        assert len(one["content"]) == LENGTHS[one["alg"]], component["name"]


def _licenses_have_their_form(component: dict[str, Any]) -> None:
    """Check for either names and ids, or a single expression."""
    stated = component.get("licenses", [])
    if any("expression" in one for one in stated):
        assert len(stated) == 1, component["name"]
        return
    for one in stated:
        [kind] = one["license"]
        assert kind in ("id", "name"), component["name"]


def test_every_pin_and_every_hash_is_there(written: dict[str, Any]) -> None:
    there = {component["bom-ref"]: component for component in written["components"]}
    pins = (ROOT / "requirements" / "base.txt").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", pins, re.MULTILINE))
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert len(there) == len(pinned) + len(lock) - 1
    for name, version in pinned.items():
        assert there[f"pkg:pypi/{name}@{version}"]["version"] == version
    python = [one for one in there.values() if one["purl"].startswith("pkg:pypi/")]
    assert sum(len(one["hashes"]) for one in python) == pins.count("--hash=sha256:")


def test_the_scope_tells_what_is_delivered(written: dict[str, Any]) -> None:
    scopes = {component["name"]: component["scope"] for component in written["components"]}
    assert scopes["starlette"] == scopes["htmx.org"] == "required"
    assert scopes["colorama"] == "optional"  # on Windows only
    assert scopes["esbuild"] == scopes["@esbuild/linux-x64"] == "excluded"


def test_licenses_are_what_the_packages_declare(written: dict[str, Any]) -> None:
    stated = {component["name"]: component.get("licenses") for component in written["components"]}
    assert stated["starlette"] == [{"license": {"id": "BSD-3-Clause"}}]
    assert stated["cryptography"] == [{"expression": "Apache-2.0 OR BSD-3-Clause"}]
    assert stated["pypdfium2"] == [
        {"license": {"name": "BSD-3-Clause, Apache-2.0, dependency licenses"}}
    ]
    assert {"license": {"name": "GNU Lesser General Public License v3 (LGPLv3)"}} in (
        stated["pi-heif"] or []
    )


def test_a_line_that_pins_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="not a pinned requirement: starlette>=1"):
        list(sbom.python_components("starlette>=1 \\\n    --hash=sha256:" + "0" * 64))


def test_a_lie_is_noticed() -> None:
    assert complaints(COMPONENT, {"type": "library", "vendor": "x"}, without="licenses") == [
        *(f"no {key}" for key in COMPONENT if key not in ("type", "licenses")),
        "vendor is not in the schema",
    ]
    assert complaints({"version": r"\d"}, {"version": "one"}) == ["version is one"]
