"""Coding rules: sizes, no loose ends, and a reason beside every exception to a rule."""

import ast
import re
import tokenize
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "bedside"
LINES_OF_A_FILE = 500
LINES_OF_A_FUNCTION = 60
WRITTEN = {".py", ".ts", ".mjs", ".css", ".html", ".sql", ".yar"}
PRINTS = ("cli", "demo")
"""Files that may print, because they talk to a person at a terminal."""

# An exception is `noqa` or `ignore` with its rule, and then “ - ” and the reason.
_EXCEPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pyright:\s*\w+)\b")
_WITH_REASON = re.compile(
    r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|(?:type|pyright):\s*ignore\[[\w, -]+\]|"
    r"pyright:\s*\w+\s*=\s*\w+)\s+[-–—]\s+\S{2,}"
)
# Split, so that this file does not find itself.
_LOOSE_END = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")

# Signs of a sentence that was translated word by word; CONTRIBUTING.md has the rules.
_TRANSLATED = re.compile(r"\banew\b|; its id\b")
_NO_HEADING = re.compile(r"(?:Who|What)\s")


def long_functions(source: str) -> list[str]:
    """Return functions with more lines than allowed, from `def` to the end."""
    return [
        f"{node.name} has {length} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LINES_OF_A_FUNCTION
    ]


def prints(source: str) -> list[str]:
    """Return calls of print."""
    return [
        f"print in line {node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]


def unexplained(source: str) -> list[str]:
    """Return comments that silence a linter without saying why."""
    return [
        f"line {token.start[0]}: {token.string}"
        for token in tokenize.generate_tokens(StringIO(source).readline)
        if token.type == tokenize.COMMENT
        and _EXCEPTION.search(token.string)
        and not _WITH_REASON.search(token.string)
    ]


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield every docstring with its line, also those below constants and fields."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for before, statement in pairwise([None, *node.body]):
                match before, statement:
                    case (
                        None | ast.Assign() | ast.AnnAssign(),
                        ast.Expr(value=ast.Constant(value=str() as text)),
                    ):
                        yield statement.lineno, text
                    case _:
                        pass


def badly_put(source: str) -> list[str]:
    """Return docstrings and comments that break a rule of “How we write” in CONTRIBUTING.md."""
    texts = list(docstrings(source))
    headings = [
        f"line {line}: begins with a clause" for line, text in texts if _NO_HEADING.match(text)
    ]
    texts += [
        (token.start[0], token.string)
        for token in tokenize.generate_tokens(StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    return headings + [
        f"line {line}: {found[0]}" for line, text in texts if (found := _TRANSLATED.search(text))
    ]


def made(path: Path) -> bool:
    """Whether a file is generated: built assets, migrations and installed packages."""
    return (
        path.is_relative_to(SRC / "web" / "static")
        or "migrations/versions" in path.as_posix()
        or "node_modules" in path.parts
    )


def files(*folders: str) -> Iterator[Path]:
    """Yield the files that people write, below some folders of the checkout."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in WRITTEN and not made(path):
                yield path


def python(*folders: str) -> Iterator[Path]:
    """Yield the Python files below some folders of the checkout."""
    return (path for path in files(*folders) if path.suffix == ".py")


def all_of(path: Path, complaints: list[str]) -> list[str]:
    """Prefix complaints with the file."""
    return [f"{path.relative_to(ROOT)}: {complaint}" for complaint in complaints]


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in files("src", "scripts")}
    too_long = {path: n for path, n in lengths.items() if n > LINES_OF_A_FILE}
    assert [c for path, n in too_long.items() for c in all_of(path, [f"{n} lines"])] == []


def test_no_function_is_too_long() -> None:
    found = (all_of(path, long_functions(path.read_text())) for path in python("src", "scripts"))
    assert [complaint for some in found for complaint in some] == []


def test_there_are_no_loose_ends() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files("src", "scripts", "tests", "benchmarks", "docs")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if _LOOSE_END.search(line)
    ]
    assert found == []


def test_nothing_prints_but_what_talks_to_a_person() -> None:
    quiet = [
        path for path in python("src") if path.relative_to(SRC).parts[0].split(".")[0] not in PRINTS
    ]
    found = (all_of(path, prints(path.read_text())) for path in quiet)
    assert [complaint for some in found for complaint in some] == []


def test_every_exception_to_a_rule_has_a_reason() -> None:
    places = python("src", "scripts", "tests", "benchmarks")
    found = (all_of(path, unexplained(path.read_text())) for path in places)
    assert [complaint for some in found for complaint in some] == []


def test_comments_are_in_plain_english() -> None:
    places = python("src", "scripts", "tests", "benchmarks")
    found = (all_of(path, badly_put(path.read_text())) for path in places)
    assert [complaint for some in found for complaint in some] == []


@pytest.mark.parametrize(
    ("comment", "explained"),
    [
        ("# noqa: S603 - the command is fixed", True),
        ("# noqa: S603, S607 - the command is fixed", True),
        ("# type: ignore[attr-defined] - set by pytest", True),
        ("# pyright: ignore[reportMissingImports] - has no types", True),
        ("# pyright: reportUnknownMemberType=false - the library has no types", True),
        ("# the mail server says nothing", True),
        ("# noqa", False),
        ("# noqa: S603", False),
        ("# noqa: S603 -", False),
        ("# noqa - all of it", False),
        ("# type: ignore", False),
        ("# type: ignore - because", False),
        ("# pyright: ignore[reportMissingImports]", False),
        ("# pyright: basic", False),
    ],
)
def test_what_counts_as_a_reason(comment: str, explained: bool) -> None:
    assert (unexplained(f"x = 1  {comment}\n") == []) is explained


def test_lengths_and_prints_are_noticed() -> None:
    body = "    x = 1\n"
    assert long_functions("def long():\n" + body * 60) == ["long has 61 lines"]
    assert long_functions("async def fits():\n" + body * 59) == []
    assert prints("def f():\n    print(1)\n") == ["print in line 2"]
    assert prints("blueprint(1); x.print(2)\n") == []


@pytest.mark.parametrize(
    ("source", "complaints"),
    [
        ('"""What a module is for."""', ["line 1: begins with a clause"]),
        ('def f():\n    """Who may."""', ["line 2: begins with a clause"]),
        ('X = 1\n"""What X is."""', ["line 2: begins with a clause"]),
        ("x = 1  # begun " + "anew", ["line 1: " + "anew"]),
        ('"""Whoever comes first."""\nf("What is it?")', []),
        ('x = 1\n\n"""Whether it is.\n\nWhat follows is a reason."""', []),
    ],
)
def test_what_counts_as_badly_put(source: str, complaints: list[str]) -> None:
    assert badly_put(source) == complaints
