"""Photos of paper, as a phone takes them: a sheet seen from the side, on a table."""

import io

from PIL import Image, ImageDraw, ImageFilter

Corners = list[tuple[float, float]]
SHEET: Corners = [(0.17, 0.11), (0.86, 0.16), (0.93, 0.88), (0.1, 0.93)]
"""Where it lies on the photo, from the top left on."""
LINES = "Discharge letter of Maya Lindqvist", "Knee, left: arthroscopy", "Next visit in six weeks"


def sheet(lines: tuple[str, ...] = LINES) -> Image.Image:
    """Return a printed page of A4."""
    page = Image.new("RGB", (1240, 1754), (250, 250, 246))
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw.text((120, 160 + 130 * number), line, fill=(20, 20, 25), font_size=56)
    for number in range(14):
        draw.rectangle((120, 700 + 60 * number, 1100, 716 + 60 * number), fill=(70, 70, 75))
    return page


def photo(
    page: Image.Image | None = None, size: tuple[int, int] = (3000, 4000), corners: Corners = SHEET
) -> bytes:
    """Return a photo (JPEG) of a page on a wooden table, with a shadow over it."""
    width, height = size
    page = page or sheet()
    table = Image.new("RGB", size, (112, 78, 48))
    at = [(x * width, y * height) for x, y in corners]
    coefficients = _perspective(at, [(0, 0), (page.width, 0), page.size, (0, page.height)])
    warped = page.transform(
        size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
    )
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon(at, fill=255)
    table.paste(warped, (0, 0), mask)
    shadow = Image.linear_gradient("L").resize(size).point([255 - one // 3 for one in range(256)])
    dimmed = Image.composite(table, Image.new("RGB", size, (30, 28, 26)), shadow)
    made = io.BytesIO()
    dimmed.filter(ImageFilter.GaussianBlur(1)).save(made, "JPEG", quality=88)
    return made.getvalue()


def _perspective(to: Corners, of: Corners) -> list[float]:
    """Return the coefficients with which PIL finds for a point of the photo that of the page."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(to, of, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return _solved(rows)


def _solved(rows: list[list[float]]) -> list[float]:
    """Solve eight equations by elimination."""
    count = len(rows)
    for column in range(count):
        pivot = max(range(column, count), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(count):
            if row != column:
                factor = rows[row][column]
                rows[row] = [
                    value - factor * own for value, own in zip(rows[row], rows[column], strict=True)
                ]
    return [row[-1] for row in rows]
