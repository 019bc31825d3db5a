"""Sources in which no translation can mend anything: glued sentences, English quotation marks,
plurals without forms, lowered nouns, dates and units written by hand. Each rule is tried on lines
that break it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bedside
from scripts import catalogues

pytestmark = pytest.mark.feature("P4")

SOURCES = Path(bedside.__file__).parent
_MARK = r"_\(\s*[\"'](?P<text>[^\"']*)[\"'][^()]*\)"
RULES = {
    "two pieces are glued to a sentence": re.compile(
        rf"{_MARK}(?<![.!?…]\"\)) ?~ ?\" \" ?~|~ ?\" \" ?~ ?_\(\"[a-z]|\}}\}} \{{\{{ _\(\"[a-z]|"
        r"_\(\"[^\"]*[^.:!?…\"]\"[^()]*\) ?\}\} (?:<[^>]*>)*\{\{ (?!_\()"
    ),
    "quotation marks are not those of English everywhere": re.compile(
        r"[“„«‘]\{\{|\}\}[”“»’](?!s\b)|[“„«]\$\{|\$\{[^}]*\}[”»]|\"[“„«]\" ?~|~ ?\"[”»]\""
    ),
    "a date is written as in one language": re.compile(
        r"format_date(?:time)?\([^)]*\"[^\"]*[dM]{1,4} |\"d{1,2}\.? ?M{2,4}"
    ),
    "a unit is not the same in every language": re.compile(
        r"(?:%\(\w+\)s|\{\w+\}|\}\}) ?(?:[kM]B\b|%(?=[\"'`<]))"
    ),
    "a noun may have to keep its capital": re.compile(
        r"(?:_|gettext)\((?:[^()]|\([^()]*\))*\)\.(?:lower|capitalize|title)\(|"
        r"_\([^()]*\)\|(?:lower|capitalize|title)\b"
    ),
}
_WHERE = {
    "a date is written as in one language": ("kernel/written.py",),
    "a unit is not the same in every language": ("bootstrap/own_checks.py",),  # operators
}
"""Where a rule does not hold."""
_OTHERS = ("adapters/", "demo/", "cli.py", "web/static/", "web/console/styleguide.html")
_SUFFIXES = frozenset({".py", ".html", ".ts"})


def broken(line: str) -> list[str]:
    """Return the rules that a line of a source breaks."""
    return [reason for reason, pattern in RULES.items() if pattern.search(line)]


def sources() -> Iterator[Path]:
    """Yield the sources whose texts people read."""
    for path in SOURCES.rglob("*"):
        name = path.relative_to(SOURCES).as_posix()
        if path.suffix in _SUFFIXES and ".test." not in name and not name.startswith(_OTHERS):
            yield path


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a source that are no comment or docstring."""
    for line in path.read_text().splitlines():
        if not re.match(r"\s*(?:#|//|\*|/\*|\{#|\"\"\")", line):
            yield line


def test_every_sentence_can_be_translated() -> None:
    found: list[str] = []
    for path in sources():
        name = path.relative_to(SOURCES).as_posix()
        for line in lines_of(path):
            reasons = [why for why in broken(line) if name not in _WHERE.get(why, ())]
            found += [f"{name}: {why}: {line.strip()[:120]}" for why in reasons]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ('{{ _("Room") ~ " " ~ number }}', 1),
        ('{{ _("Waits since") }} {{ _("yesterday") }}', 1),
        ('<p>{{ _("Kept until") }} <b>{{ day }}</b></p>', 1),
        ('{{ _("Kept until the evening.") }} {{ reason }}', 0),
        ('(name ~ " " ~ _("was here"))', 1),
        ('hint=_("We call you.") ~ " " ~ _("For example %(number)s", number=one)', 0),
        ("<q>“{{ note.words }}”</q>", 1),
        ('lines.append("“" ~ words ~ "”")', 1),
        ("said = `„${words}“`;", 1),
        ("{{ words|quoted }}", 0),
        ('{{ _("Press “Allow”.") }}', 0),
        ('format_date(when, "d. MMMM y", locale=spoken)', 1),
        ('format_datetime(when, "dd MMM, HH:mm")', 1),
        ('_("Up to {most} MB")', 1),
        ("<b>{{ done }}%</b>", 1),
        ('_("%(size)s kB of it")', 1),
        ("label = _(KINDS[one].label).lower()", 1),
        ("gettext(NAMES[kind]).capitalize()", 1),
        ('{{ _("Fracture")|lower }}', 1),
        ("slug = given.lower()", 0),
    ],
)
def test_what_cannot_be_translated_is_noticed(line: str, count: int) -> None:
    assert len(broken(line)) == count, broken(line)


# --- plurals --------------------------------------------------------------------------------------

_IN_NUMBERS = re.compile(
    r"(?:%\((?P<field>\w+)\)s|\{(?P<other>\w+)\}) (?:[a-z]+ )?(?P<noun>[a-z]+s)\b"
)
_NOUNS = frozenset(
    re.findall(
        r"\w+",
        "answers beds cards charts columns doctors files forms groups labels letters links members "
        "names nurses pages parts persons photos places prescriptions questions rows scans seconds "
        "signatures tests times topics visits vaccines weeks words",
    )
)
"""Nouns that no sentence may count yet; those of all plurals of the catalogue belong to them."""
_COUNTS = frozenset(
    ["all", "count", "last", "least", "limit", "most", "num", "number", "shown", "size", "total"]
)
"""Names of fields that hold a number, besides those named after what they count."""


def nouns(plurals: list[tuple[str, str]]) -> set[str]:
    """Return the words that are in the plural of sentences, and not in their singular."""
    found = set(_NOUNS)
    for one, many in plurals:
        found |= set(re.findall(r"[a-z]+s\b", many)) - set(re.findall(r"[a-z]+", one))
    return found


def uncounted(sentence: str, known: set[str]) -> bool:
    """Whether a sentence counts things without having a plural."""
    for match in _IN_NUMBERS.finditer(sentence):
        field = match["field"] or match["other"]
        if match["noun"] in known and (field in _COUNTS or match["noun"].startswith(field[:4])):
            return True
    return False


def test_every_sentence_that_counts_has_its_plural() -> None:
    ids = [message.id for message in catalogues.read(catalogues.TEMPLATE) if message.id]
    known = nouns([(one[0], one[1]) for one in ids if not isinstance(one, str)])
    assert [one for one in ids if isinstance(one, str) and uncounted(one, known)] == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("%(count)s nurses are here", True),
        ("There are {count} open questions.", True),
        ("Wait %(num)s weeks", True),
        ("{tests} tests were made", True),
        ("%(name)s answers", False),
        ("%(name)s was here", False),
        ("It has {size} megapixels.", False),
        ("Charts: %(count)s", False),
    ],
)
def test_a_plural_without_forms_is_noticed(sentence: str, expected: bool) -> None:
    assert uncounted(sentence, nouns([])) is expected
