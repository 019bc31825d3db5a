"""Makes PDFs as devices, forms and broken transfers leave them."""

from io import BytesIO

import pikepdf

from tests.hostile import builders


def pages(count: int, *, broken: dict[int, bytes] | None = None, stated: int = 0) -> bytes:
    """A PDF of pages with a word each; `broken` gives other content for some (from 1), `stated`
    a count that is not true."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids: list[bytes] = []
    for number in range(1, count + 1):
        words = b"BT /F1 24 Tf 72 700 Td (Page %d of the report) Tj ET" % number
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
        page += b"/Resources << /Font << /F1 3 0 R >> >> >>"
        objects.append((broken or {}).get(number, page % (len(objects) + 2)))
        kids.append(b"%d 0 R" % len(objects))
        objects.append(builders.pdf_stream(words))
    listed = b" ".join(kids)
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (stated or count, listed)
    return builders.pdf(objects)


def saying(
    words: bytes, font: bytes = b"", *, catalog: bytes = b"", more: list[bytes] | None = None
) -> bytes:
    """A PDF of one page with these operators of text, in a font with these entries; further
    objects start at number 6."""
    return builders.pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>",
            builders.pdf_stream(b"BT /F1 16 Tf 20 TL 40 740 Td %s ET" % words),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica %s >>" % font,
            *(more or []),
        ]
    )


def differing(*letters: str) -> bytes:
    """Font entries that give the codes from 200 on other letters, by glyph name; not embedded."""
    names = " ".join(f"/{letter}" for letter in letters)
    return f"/Encoding << /Differences [200 {names}] >>".encode()


def attached(document: bytes, name: str, content: bytes) -> bytes:
    """The document with a file attached."""
    out = BytesIO()
    with pikepdf.open(BytesIO(document)) as opened:
        opened.attachments[name] = content
        opened.save(out)
    return out.getvalue()


def form(*fields: bytes, catalog: bytes = b"") -> bytes:
    """A PDF with a form of these fields, which are objects from number 6 on."""
    numbers = b" ".join(b"%d 0 R" % number for number in range(6, 6 + len(fields)))
    return builders.simple_pdf(
        catalog=b"/AcroForm << /Fields [%s] >> %s" % (numbers, catalog),
        page=b"/Annots [%s]" % numbers,
        more=list(fields),
    )
