"""The catalogues of texts: `python -m scripts.catalogues refresh|compile|check`.

refresh   takes new sentences of templates, Python and scripts into bedside.pot, and merges them
          into every catalogue, untranslated; what no page uses any more goes
compile   makes the .mo files that the product reads, where they are not there or older
check     lists what is missing or does not fit; fails if something does

A translation is looked at as what it becomes: text between tags and in attributes of a page, whose
fields are filled in. So a field, a tag or a sign of HTML that differs from the English is an error,
and no matter of taste.
"""

import io
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "src" / "bedside" / "locale"
TEMPLATE = LOCALE / "bedside.pot"

UNFINISHED: frozenset[str] = frozenset()
"""Languages being translated: sentences may be missing there. What is there has to fit."""

KEYWORDS = "_ N_ ngettext:1,2 counted:1,2"
WIDTH = 100
_NO_MATTER_WHEN = datetime(2000, 1, 1, tzinfo=UTC)
"""In compiled catalogues, where Babel would write the present."""
_UNUSED_HEADERS = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|'
    r"Report-Msgid-Bugs-To|Project-Id-Version): .*\n",
    re.MULTILINE,
)
"""Branches would differ in them, and nothing reads them."""
_FIELD = re.compile(r"%\(\w+\)[sd]|%%|\{\w*(?:[!:.\[][^{}]*)?\}")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ENTITY = re.compile(r"&#?\w+;")
_OF_HTML = re.compile(r'[<>"]|&(?!\s)')
"""A lone “&” between words is no sign of HTML, and some languages write “and”."""
_ENDINGS = ".:?!…,"
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEW_WORDS = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one translation."""

    language: str
    sentence: str
    reason: str

    def __str__(self) -> str:
        return f"{self.language}: {self.reason}: {self.sentence!r}"


def path_of(language: str) -> Path:
    """Return the file with the translations into a language."""
    return LOCALE / language / "LC_MESSAGES" / "bedside.po"


def languages() -> list[str]:
    """Return the languages that have a file."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/bedside.po"))


def read(path: Path, language: str | None = None) -> Catalog:
    """Read a catalogue; a file that is not one is an error."""
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="bedside", abort_invalid=True)


# --- refresh ------------------------------------------------------------------------------------


def extract() -> None:
    """Write bedside.pot from the sources."""
    babel = [sys.executable, "-m", "babel.messages.frontend", "-q"]
    source, mapping = str(ROOT / "src" / "bedside"), str(ROOT / "scripts" / "babel.cfg")
    options = ["--no-location", "--sort-output", "--project", "Bedside", "--output", str(TEMPLATE)]
    command = [*babel, "extract", "--mapping", mapping, "--keywords", KEYWORDS, *options, source]
    subprocess.run(command, cwd=ROOT, check=True)
    TEMPLATE.write_text(_UNUSED_HEADERS.sub("", TEMPLATE.read_text("utf-8")), "utf-8")


def merged(template: Catalog, known: Catalog) -> Catalog:
    """Return the sentences of the template in its order, with the known translations. No guesses:
    a sentence that has changed is translated again."""
    result = Catalog(
        locale=known.locale, domain="bedside", header_comment=known.header_comment, fuzzy=False
    )
    result.mime_headers = known.mime_headers
    for message in template:
        if not message.id:
            continue
        earlier = known.get(message.id)
        untranslated = "" if isinstance(message.id, str) else ("",) * result.num_plurals
        string = earlier.string if earlier and _same_kind(earlier, message) else untranslated
        comments = earlier.user_comments if earlier else []
        result.add(message.id, string, flags=message.flags, user_comments=comments)
    return result


def _same_kind(one: Message, other: Message) -> bool:
    return one.id == other.id and isinstance(one.string, str) == isinstance(other.id, str)


def refresh() -> None:
    """Take new sentences into the template and the catalogues."""
    extract()
    template = read(TEMPLATE)
    for language in languages():
        path = path_of(language)
        content = io.BytesIO()
        write_po(content, merged(template, read(path, language)), width=WIDTH, omit_header=False)
        path.write_text(_UNUSED_HEADERS.sub("", content.getvalue().decode()), "utf-8")


# --- compile ------------------------------------------------------------------------------------


def compiled(catalogue: Catalog) -> bytes:
    """Return the content of a .mo file: the same for the same catalogue, wherever it is made."""
    catalogue.creation_date = catalogue.revision_date = _NO_MATTER_WHEN
    content = io.BytesIO()
    write_mo(content, catalogue)
    return content.getvalue()


def compile_all() -> None:
    """Write the .mo files, and remove those without a catalogue."""
    for path in LOCALE.glob("*/LC_MESSAGES/bedside.mo"):
        if not path.with_suffix(".po").exists():
            path.unlink()
    for language in languages():
        path = path_of(language)
        path.with_suffix(".mo").write_bytes(compiled(read(path, language)))


# --- check --------------------------------------------------------------------------------------


def faults(language: str, catalogue: Catalog, template: Catalog) -> Iterator[Fault]:
    """Yield what is missing or does not fit in a catalogue."""
    if catalogue.fuzzy:
        yield Fault(language, "", "the header is marked as fuzzy")
    for message in template:
        if not message.id:
            continue
        known = catalogue.get(message.id)
        sentence = message.id if isinstance(message.id, str) else message.id[0]
        for reason in _reasons(language, message, known, catalogue.num_plurals):
            yield Fault(language, sentence, reason)
    for message in catalogue:
        if message.id and template.get(message.id) is None:
            sentence = message.id if isinstance(message.id, str) else message.id[0]
            yield Fault(language, sentence, "no page uses this sentence (scripts/translations)")


def _reasons(language: str, message: Message, known: Message | None, plurals: int) -> Iterator[str]:
    if known is None:
        if language not in UNFINISHED:
            yield "is not in the catalogue (scripts/translations takes it in)"
        return
    if known.fuzzy:
        yield "is marked as a guess (fuzzy)"
    if isinstance(message.id, str):
        originals, translations = [(message.id,)], _forms(known.string)[:1]
    else:
        translations = _forms(known.string)
        if len(translations) != plurals:
            yield f"has {len(translations)} plural forms instead of {plurals}"
        originals = [tuple(message.id)] * len(translations)
    if not translations or not all(translations):
        if language not in UNFINISHED:
            yield "is not translated"
        return
    for allowed, translation in zip(originals, translations, strict=True):
        yield from wrong_with(allowed, translation)
    if len(translations) > 1 and _fields(translations[-1]) != _fields(message.id[-1]):
        yield "has other fields in the plural"


def _forms(string: object) -> list[str]:
    if isinstance(string, str):
        return [string]
    if isinstance(string, tuple | list):
        return [str(form or "") for form in cast(Sequence[object], string)]
    return []


def wrong_with(originals: tuple[str, ...], translation: str) -> Iterator[str]:
    """Yield what does not fit in a translation of one of these sentences (one, or the forms of a
    plural)."""
    if not any(_fields(one) == _fields(translation) for one in originals):
        yield f"has other fields ({translation})"
    if not any(_tags(one) == _tags(translation) for one in originals):
        yield f"has other tags or entities ({translation})"
    elif not any(_signs(one) == _signs(translation) for one in originals):
        yield f"has a sign of HTML that the English has not, or the other way round ({translation})"
    if not any(_edges(one) == _edges(translation) for one in originals):
        yield f"begins or ends with other blanks, or has other line breaks ({translation})"
    if not any(_ending(one) in ("", _ending(translation)) for one in originals):
        yield f"ends with another sign ({translation})"
    if translation in originals and len(_WORD.findall(_FIELD.sub("", translation))) >= _FEW_WORDS:
        yield "is English"
    if "..." in translation and not any("..." in one for one in originals):
        yield f"has three dots instead of “…” ({translation})"
    try:
        translation.format_map(_Anything()) if "%(" not in translation else None
    except (ValueError, IndexError):
        yield f"has a brace that opens no field ({translation})"


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _fields(text: str) -> Counter[str]:
    return Counter(set(_FIELD.findall(text)))


def _tags(text: str) -> Counter[str]:
    return Counter([*_TAG.findall(text), *_ENTITY.findall(text)])


def _signs(text: str) -> Counter[str]:
    without = _ENTITY.sub("", _TAG.sub("", text))
    return Counter(_OF_HTML.findall(without))


def _edges(text: str) -> tuple[str, str, int]:
    blanks = " \t\n"
    left = text[: len(text) - len(text.lstrip(blanks))]
    return left, text[len(text.rstrip(blanks)) :], text.count("\n")


def _ending(text: str) -> str:
    """Return the sign that a text ends with, "" if that is a letter, or a quotation mark."""
    end = text.rstrip().rstrip("”»“’\"'\u00a0\u202f").rstrip()
    return end[-1] if end and end[-1] in _ENDINGS else ""


def all_faults() -> list[Fault]:
    """Return what is wrong with any catalogue."""
    template = read(TEMPLATE)
    return [
        fault
        for language in languages()
        for fault in faults(language, read(path_of(language), language), template)
    ]


def main() -> int:
    """Do what the first argument says."""
    match sys.argv[1:]:
        case ["refresh"]:
            refresh()
            compile_all()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = all_faults()
            for fault in found:
                sys.stdout.write(f"{fault}\n")
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m scripts.catalogues refresh|compile|check\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
