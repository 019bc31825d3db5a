"""Every regular expression of the product is linear on any input (S5 of the review).

They are found in the source, and inputs that could make one backtrack are generated from its own
structure: each repeat repeated, with its context, followed by something that does not match.
"""

import ast
import importlib
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

import bedside
from bedside.adapters.rendering.pdf_actions import is_harmless
from bedside.edge import browsers
from bedside.files import foreign_documents
from bedside.people.passwords import is_common

_parser: Any = importlib.import_module("re._parser")
"""The library's own parser of expressions."""
SOURCE = Path(bedside.__file__).parent
_FUNCTIONS = {
    "compile",
    "search",
    "match",
    "fullmatch",
    "findall",
    "finditer",
    "sub",
    "subn",
    "split",
}
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
_LENGTH = 120_000
_SECONDS = 0.4
"""Processor time: five times what the slowest expression of the product takes."""
# Not written where they are used, so they are named here.
_SERVERS = r"(stun|turn)s?:[^/?@\s]+(\?transport=(udp|tcp))?"
_ELSEWHERE = {
    ("edge/browsers.py", "pattern"),
    ("adapters/rendering/office_zip.py", "others"),
    ("files/foreign_documents.py", "shape"),
    ("settings.py", "f'{kind}s?:[^/?@\\\\s]+(\\\\?transport=(udp|tcp))?'"),
}


@dataclass(frozen=True)
class Found:
    """An expression, and the method it is used with."""

    where: str
    pattern: re.Pattern[Any]
    method: str


def _module(path: Path) -> ModuleType:
    name = ".".join(["bedside", *path.relative_to(SOURCE).with_suffix("").parts])
    return importlib.import_module(name.removesuffix(".__init__"))


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _FUNCTIONS
        ):
            yield node.func.attr, node


def _value(expression: ast.expr, module: ModuleType) -> Any:
    """Evaluate an expression of our own source in its module. Raises NameError."""
    return eval(ast.unparse(expression), vars(module))  # noqa: S307 - our own source


def _flags(function: str, call: ast.Call, module: ModuleType) -> int:
    given = [word.value for word in call.keywords if word.arg == "flags"]
    place = {"compile": 1, "sub": 4, "split": 3}.get(function, 2)
    given += call.args[place : place + 1]
    return int(_value(given[0], module)) if given else 0


def expressions() -> tuple[list[Found], set[tuple[str, str]]]:
    """Return all of them, and those whose text is not known where they are used."""
    found: list[Found] = []
    elsewhere: set[tuple[str, str]] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text()
        if "re." not in text or "import re\n" not in text:
            continue
        module, where = _module(path), str(path.relative_to(SOURCE))
        for function, call in _calls(ast.parse(text)):
            try:
                pattern = _value(call.args[0], module)
            except NameError:
                elsewhere.add((where, ast.unparse(call.args[0])))
                continue
            compiled = re.compile(pattern, _flags(function, call, module))
            method = "match" if function in {"match", "fullmatch"} else "search"
            if function == "compile":  # kept under a name; how it is used is elsewhere
                names = [name for name, value in vars(module).items() if value == compiled]
                used = {m for n in names for m in re.findall(rf"\b{n}\.(\w+)\(", text)}
                method = "match" if used and used <= {"match", "fullmatch"} else "search"
            found.append(Found(f"{where}: {compiled.pattern!r}", compiled, method))
    found += [
        Found(f"edge/browsers.py: {pattern}", re.compile(pattern), "search")
        for pattern, _ in (*browsers._BROWSERS, *browsers._SYSTEMS)
    ]
    found += [
        Found(f"files/foreign_documents.py: {shape.pattern!r}", shape, "match")
        for shape, _ in foreign_documents._SHAPES
    ]
    found.append(Found("settings.py: servers of calls", re.compile(_SERVERS), "fullmatch"))
    return found, elsewhere


class _Sampler:
    """Generates texts that match parts of an expression; `repeats` is the count of each repeat,
    `branch` the alternative taken, and `wild` the letter for any character."""

    def __init__(self, repeats: int, branch: int, wild: str) -> None:
        self._repeats = repeats
        self._branch = branch
        self._wild = wild

    def text(self, items: Any) -> str:
        return "".join(self._one(str(operation), value) for operation, value in items)

    def _one(self, operation: str, value: Any) -> str:
        if operation in _REPEATS:
            least, most, inner = value
            return self.text(inner) * max(least, min(int(most), self._repeats))
        makes: dict[str, Callable[[], str]] = {
            "LITERAL": lambda: chr(value),
            "NOT_LITERAL": lambda: self._wild if ord(self._wild) != value else "b",
            "ANY": lambda: self._wild,
            "IN": lambda: self._of_class(value),
            "SUBPATTERN": lambda: self.text(value[3]),
            "ATOMIC_GROUP": lambda: self.text(value),
            "BRANCH": lambda: self.text(value[1][min(self._branch, len(value[1]) - 1)]),
        }
        return makes.get(operation, str)()

    def _of_class(self, members: Any) -> str:
        fits = re.compile(_class_text(members), re.DOTALL)
        candidates = (self._wild, *'a1 "\\<.-_/', *(chr(n) for n in range(256)))
        return next((letter for letter in candidates if fits.fullmatch(letter)), "a")


def _class_text(members: Any) -> str:
    names = {
        "CATEGORY_DIGIT": r"\d",
        "CATEGORY_NOT_DIGIT": r"\D",
        "CATEGORY_SPACE": r"\s",
        "CATEGORY_NOT_SPACE": r"\S",
        "CATEGORY_WORD": r"\w",
        "CATEGORY_NOT_WORD": r"\W",
    }
    parts: list[str] = []
    for kind, value in members:
        if str(kind) == "NEGATE":
            parts.append("^")
        elif str(kind) == "RANGE":
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        elif str(kind) == "CATEGORY":
            parts.append(names[str(value)])
        else:
            parts.append(re.escape(chr(value)))
    return f"[{''.join(parts)}]"


def _repeats(items: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield each repeat of an expression with what precedes it."""
    for place, (operation, value) in enumerate(items):
        ahead = (*before, *items[:place])
        name = str(operation)
        if name in _REPEATS:
            if int(value[1]) > 1:
                yield ahead, value[2]
            yield from _repeats(list(value[2]), ahead)
        elif name == "SUBPATTERN":
            yield from _repeats(list(value[3]), ahead)
        elif name == "ATOMIC_GROUP":
            yield from _repeats(list(value), ahead)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _repeats(list(branch), ahead)


def attacks(pattern: re.Pattern[Any]) -> set[str]:
    """Return long texts suggested by its structure."""
    tree = list(_parser.parse(pattern.pattern, pattern.flags))
    literals = [
        c for c in dict.fromkeys(re.sub(r"\w", "", str(pattern.pattern))) if c in "\"'<(/. "
    ]
    made: set[str] = set()
    for wild in ("a", *literals[:4]):
        for often, branch in product((0, 1, 2), (0, 1)):
            sampler = _Sampler(often, branch, wild)
            units = [sampler.text(tree)]
            for ahead, inner in _repeats(tree):
                start, unit = sampler.text(ahead), sampler.text(inner)
                units += [start, start + unit]
                made |= {start + _long(unit) + tail for tail in ("", "!", "\x00", "\n", " ", "<")}
            made |= {_long(unit) + tail for unit in units for tail in ("", "!")}
    return made - {""}


def _long(unit: str) -> str:
    return unit * (_LENGTH // len(unit)) if unit else ""


class TooSlow(Exception):
    """The time is up."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow


def is_quick(work: Any) -> bool:
    """Whether it ends within its processor time."""
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
    try:
        work()
    except TooSlow:
        return False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return True


ALL, NOT_IN_PLACE = expressions()


def test_the_expressions_are_found() -> None:
    assert len(ALL) > 60
    assert NOT_IN_PLACE == _ELSEWHERE


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.where)
def test_an_expression_is_linear(found: Found) -> None:
    use = getattr(found.pattern, found.method)
    for attack in attacks(found.pattern):
        text: Any = attack
        if isinstance(found.pattern.pattern, bytes):
            with suppress(UnicodeEncodeError):
                text = attack.encode("latin-1")
        assert is_quick(lambda text=text: use(text)), (found.where, attack[:80])


@pytest.mark.parametrize(
    "script",
    [
        "AFa()" + "   AFa()" * 4_000 + "!",
        "AFa()" + ";" * 9_000 + "!",
        "AFa(" + "  " * 40_000 + "!",
        "AF" + "a" * 90_000,
        "AFa([" + " , ".join(["1"] * 20_000) + "!",
        '"\\"' * 30_000,
        '"' + '\\"' * 45_000,
        "1" * 90_000 + ".",
    ],
)
def test_no_script_of_a_pdf_keeps_the_scanner(script: str) -> None:
    assert is_quick(lambda: is_harmless(script))
    assert not is_harmless(script)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\s*(?:AF\w+\(\)\s*;?\s*)*\Z",
        r"<[^>]*/frame\"[^>]*>",
        r'"(?:[^"\\]|\\.)*"',
        r"(a+)+$",
    ],
)
def test_the_search_finds_what_is_slow(pattern: str) -> None:
    """Forms that were in the product, and a classic one."""
    compiled = re.compile(pattern)
    assert not all(
        is_quick(lambda attack=attack: compiled.search(attack)) for attack in attacks(compiled)
    )


def test_long_passwords_are_judged_at_once() -> None:
    assert is_quick(lambda: is_common("ab" * 20_000 + "c"))
    assert is_common("abcabcabcabc")
