"""Word documents (.docx) as readings, converted by mammoth."""

import posixpath
import re
import zipfile
from io import BytesIO
from xml.etree.ElementTree import Element, tostring

import mammoth
from defusedxml.ElementTree import fromstring

from bedside.adapters.rendering.figures import Figures
from bedside.adapters.rendering.pieces import document, pieces_of
from bedside.adapters.rendering.strict_names import transitional
from bedside.adapters.rendering.word_repairs import WORD, repaired
from bedside.files.ports import Derivative
from bedside.files.readings import Piece, Reading, begin, end, words_of_pieces

_LARGEST_MEMBER = 64 * 1024 * 1024
_STYLES = """
u => u
highlight => mark
strike => s
comment-reference => sup
"""
_WITH_WORDS = re.compile(
    r"word/(?:document\d*|header\d*|footer\d*|footnotes|endnotes|comments)\.xml"
)
_DOCTYPES = tuple("<!DOCTYPE".encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be"))
"""The beginnings of declarations of entities, which the parser of mammoth would expand."""
_BORDERS = re.compile(r"word/(header|footer)\d*\.xml")


def word_document(data: bytes, main: str) -> tuple[Reading, str, list[Derivative]]:
    """Read a document whose main part is `main`, with its headers, footers, notes and comments.

    Returns what is shown, all words, and the pictures. Raises whatever mammoth raises.
    """
    parts, missing = _parts(data)
    figures = Figures()
    before, behind = _borders(parts, main, figures)
    pieces = [*before, *_converted(parts, figures), *behind]
    missing |= {"pictures"} if figures.lack_any_of(parts) else set()
    return document(pieces, missing), words_of_pieces(pieces), figures.made


def _parts(data: bytes) -> tuple[dict[str, bytes], set[str]]:
    """Return the members that are needed, repaired, and what in them cannot be shown."""
    parts: dict[str, bytes] = {}
    missing: set[str] = set()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.file_size > _LARGEST_MEMBER or member.filename.startswith("word/embeddings/"):
                continue
            content = archive.read(member)
            if member.filename.endswith((".xml", ".rels")):
                content = transitional(content)
                if any(doctype in content for doctype in _DOCTYPES):
                    continue  # no program writes one; styles and numbers are done without
            if _WITH_WORDS.fullmatch(member.filename):
                root = fromstring(content, forbid_dtd=True)
                missing |= repaired(root)
                content = tostring(root, encoding="utf-8", xml_declaration=True)
            parts[member.filename] = content
    return parts, missing


def _relationships_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def _converted(parts: dict[str, bytes], figures: Figures) -> list[Piece]:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    def picture(image: "mammoth.images.Image") -> dict[str, str]:
        def read() -> bytes:
            with image.open() as opened:
                return opened.read(_LARGEST_MEMBER)

        return {"src": figures.role_of(read), "alt": ""}

    made = mammoth.convert_to_html(
        packed,
        style_map=_STYLES,
        include_embedded_style_map=False,
        convert_image=mammoth.images.img_element(picture),
        external_file_access=False,
    )
    return pieces_of(made.value)


def _borders(
    parts: dict[str, bytes], main: str, figures: Figures
) -> tuple[list[Piece], list[Piece]]:
    """Return the headers and the footers, each different one once."""
    found: dict[str, list[list[Piece]]] = {"header": [], "footer": []}
    for name in sorted(parts):
        border = _BORDERS.fullmatch(name)
        if border is None:
            continue
        alone = {key: part for key, part in parts.items() if not _WITH_WORDS.fullmatch(key)}
        alone[main] = _as_document(parts[name])
        alone.pop(_relationships_of(main), None)
        if _relationships_of(name) in parts:
            alone[_relationships_of(main)] = parts[_relationships_of(name)]
        pieces = _converted(alone, figures)
        if pieces and pieces not in found[border[1]]:
            found[border[1]].append(pieces)
    return _framed("header", found["header"]), _framed("footer", found["footer"])


def _framed(name: str, borders: list[list[Piece]]) -> list[Piece]:
    if not borders:
        return []
    inside = [piece for border in borders for piece in border]
    return [begin(name), *inside, end(name)]


def _as_document(border: bytes) -> bytes:
    root = fromstring(border, forbid_dtd=True)
    made = Element(f"{WORD}document")
    body = Element(f"{WORD}body")
    body.extend(list(root))
    made.append(body)
    part: bytes = tostring(made, encoding="utf-8", xml_declaration=True)
    return part
