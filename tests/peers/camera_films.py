"""Films for Chromium's camera, in any shape, with edges that a test finds again on the screen."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

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
    path = folder / f"film-{width}x{height}.y4m"
    frame = b"FRAME\n" + _planes(_picture(width, height))
    head = f"YUV4MPEG2 W{width} H{height} F20:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + frame * _FRAMES)
    return path


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


def _planes(image: Image.Image) -> bytes:
    luma, blue, red = image.convert("YCbCr").split()
    half = (image.width // 2, image.height // 2)
    return luma.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
