"""The asset build, and the promises of style sheets and templates."""

import gzip
import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "src" / "bedside" / "web"
STATIC = WEB / "static"
FOUNDATION = WEB / "components" / "foundation"
TEMPLATES = sorted(WEB.rglob("*.html"))
PATIENT_STYLES = 12_000
"""Bytes of patient.css over the wire."""
TEXT_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3 Contrast (Minimum)."""
PART_CONTRAST = 3.0
"""WCAG 2.2, 1.4.11 Non-text Contrast."""

TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "muted") for ground in ("background", "surface", "sunken")),
    *((ink, ground) for ink in ("accent", "bad") for ground in ("background", "surface", "sunken")),
    *((f"{state}", f"{state}-soft") for state in ("good", "attention", "bad", "accent")),
    *(("ink", f"{state}-soft") for state in ("good", "attention", "bad", "accent", "neutral")),
    ("muted", "neutral-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-bad", "bad"),
    ("on-bad", "bad-strong"),
    ("on-person", "person"),
    ("on-stage", "stage"),
    ("ink", "accent-line"),
]
PART_PAIRS = [
    (part, ground) for part in ("edge", "accent", "bad") for ground in ("background", "surface")
]


def tokens(sheet: str) -> dict[str, str]:
    """Return the colours set by a foundation sheet, by name."""
    text = (FOUNDATION / sheet).read_text()
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", text))


LIGHT = tokens("tokens.css")
ONLY_DARK = tokens("dark.css")
DARK = {**LIGHT, **ONLY_DARK}


def luminance(colour: str) -> float:
    """Return the relative luminance of #rgb or #rrggbb (WCAG 2.2, definition)."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_parts_stand_out_from_their_ground(theme: dict[str, str]) -> None:
    weak = [
        f"{part} on {ground}: {ratio:.2f}"
        for pairs, least in ((TEXT_PAIRS, TEXT_CONTRAST), (PART_PAIRS, PART_CONTRAST))
        for part, ground in pairs
        if (ratio := contrast(theme[part], theme[ground])) < least
    ]
    assert weak == []


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_dark_sets_every_colour_that_light_sets() -> None:
    # What stays the same on purpose: text on the dark stage of a call or viewer.
    assert set(LIGHT) - set(ONLY_DARK) == {"on-stage"}
    assert set(ONLY_DARK) <= set(LIGHT)


def test_the_manifest_names_what_is_there() -> None:
    manifest: dict[str, str] = json.loads((STATIC / "manifest.json").read_text())
    assert {"staff.css", "patient.css", "staff.js", "patient.js", "icons.svg"} <= set(manifest)
    for name, hashed in manifest.items():
        stem, _, extension = name.rpartition(".")
        assert re.fullmatch(rf"{stem}\.[0-9A-Z]{{8}}\.{extension}", hashed)
        assert (STATIC / hashed).stat().st_size > 0


def test_patient_pages_stay_small() -> None:
    manifest: dict[str, str] = json.loads((STATIC / "manifest.json").read_text())
    styles = (STATIC / manifest["patient.css"]).read_bytes()
    assert len(gzip.compress(styles)) <= PATIENT_STYLES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_keep_to_the_content_policy(path: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert re.findall(r"""\s(?:style|on[a-z]+|hx-on[:\w-]*)=["']""", source) == []
    # A data block is not a script: it is not run, and the policy does not apply to it.
    run = r"<style|<script(?![^>]*\b(?:src=|type=.application/json))|javascript:|hx-vals=.js:"
    assert re.findall(run, source) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_name_icons_that_exist(path: Path) -> None:
    lists: dict[str, list[str]] = json.loads((WEB / "assets" / "icons.json").read_text())
    known = {*lists["inline"], *lists["sprite"]}
    used = re.findall(r"""(?:\bicon\(|icon_name=|"icon": )["']([a-z0-9-]+)["']""", path.read_text())
    assert set(used) <= known
    if "patient" in path.relative_to(WEB).parts or path.name == "patient.html":
        assert set(used) <= set(lists["inline"])
