"""Films for Chromium's camera, in any shape, with edges that a test finds again on the screen."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

EDGES = {
    "top": (200, 30, 30),
    "bottom": (30, 60, 200),
    "left": (30, 160, 40),
    "right": (220, 200, 30),
}
"""The colour of each edge of a film: red, blue, green, yellow."""

_EDGE = 24
_FRAMES = 8


def film(folder: Path, width: int, height: int) -> Path:
    """Write a film of a face in the middle and a coloured strip along each edge, as Y4M, which
    Chromium takes for `--use-file-for-fake-video-capture`. Returns its path."""
    return _written(folder / f"film-{width}x{height}.y4m", _picture(width, height))


def person_film(folder: Path) -> Path:
    """Write a film of a person, drawn, before a wall of black and white squares, in a shirt with
    narrow stripes: what is blurred has no contrast. See `ROOM` and `SHIRT`. Returns its path."""
    return _written(folder / "person.y4m", _person(640, 360))


ROOM = (0.04, 0.06, 0.16, 0.45)
"""A part of the wall that the person is far from: left, top, right, bottom, as parts of it all."""
SHIRT = (0.42, 0.8, 0.58, 0.98)
"""A part of the person: their striped shirt."""


def edges_seen(screenshot: bytes | Image.Image) -> set[str]:
    """Return which edges of a film are on this picture of a page, by their colours."""
    image = screenshot if isinstance(screenshot, Image.Image) else Image.open(BytesIO(screenshot))
    small = image.convert("RGB").resize(
        (image.width // 2, image.height // 2), Image.Resampling.NEAREST
    )
    counts = dict.fromkeys(EDGES, 0)
    for count, colour in small.getcolors(small.width * small.height) or []:
        for name, wanted in EDGES.items():
            if all(abs(a - b) < 45 for a, b in zip(colour, wanted, strict=True)):
                counts[name] += count
    return {name for name, count in counts.items() if count > 20}


def _picture(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), (225, 225, 225))
    draw = ImageDraw.Draw(image)
    side = min(width, height) * 0.6
    middle = (width / 2, height / 2)
    draw.ellipse(
        (
            middle[0] - side / 2,
            middle[1] - side * 0.65,
            middle[0] + side / 2,
            middle[1] + side * 0.65,
        ),
        fill=(190, 140, 110),
    )
    draw.rectangle((0, 0, _EDGE, height), fill=EDGES["left"])
    draw.rectangle((width - _EDGE, 0, width, height), fill=EDGES["right"])
    draw.rectangle((_EDGE, 0, width - _EDGE, _EDGE), fill=EDGES["top"])
    draw.rectangle((_EDGE, height - _EDGE, width - _EDGE, height), fill=EDGES["bottom"])
    return image


def _person(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for x in range(0, width, 24):
        for y in range(0, height, 24):
            if (x + y) // 24 % 2:
                draw.rectangle((x, y, x + 23, y + 23), fill="black")
    figure = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(figure)
    middle, size = width / 2, height / 360
    skin, dark, hair = (222, 172, 140, 255), (196, 142, 112, 255), (70, 44, 30, 255)

    def oval(x: float, y: float, w: float, h: float, fill: tuple[int, ...]) -> None:
        left, top = middle + x * size, y * size
        draw.ellipse((left - w * size, top - h * size, left + w * size, top + h * size), fill=fill)

    oval(0, 115, 72, 88, hair)
    oval(0, 300, 150, 95, (60, 80, 150, 255))
    draw.rectangle((middle - 150 * size, 300 * size, middle + 150 * size, height), (60, 80, 150))
    draw.rectangle((middle - 28 * size, 185 * size, middle + 28 * size, 240 * size), fill=dark)
    oval(0, 132, 58, 76, skin)
    for side in (-1, 1):
        oval(side * 24, 122, 11, 6, (250, 250, 250, 255))
        oval(side * 24, 122, 5, 5, hair)
        oval(side * 24, 106, 14, 3, hair)
    oval(0, 148, 8, 14, dark)
    oval(0, 176, 20, 6, (170, 80, 80, 255))
    figure = figure.filter(ImageFilter.GaussianBlur(1.2 * size))
    stripes = ImageDraw.Draw(figure)
    for y in range(round(270 * size), height, 8):
        stripes.rectangle(
            (middle - 90 * size, y, middle + 90 * size, y + 3), fill=(235, 235, 245, 255)
        )
    image.paste(figure, (0, 0), figure)
    return image


def _written(path: Path, picture: Image.Image) -> Path:
    frame = b"FRAME\n" + _planes(picture)
    head = f"YUV4MPEG2 W{picture.width} H{picture.height} F20:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + frame * _FRAMES)
    return path


def _planes(image: Image.Image) -> bytes:
    luma, blue, red = image.convert("YCbCr").split()
    half = (image.width // 2, image.height // 2)
    return luma.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
