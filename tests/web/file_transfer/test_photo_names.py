"""Names of photos taken in a visit."""

import pytest

from bedside.kernel import clock
from bedside.web.file_transfer.photo_names import photo_name

pytestmark = pytest.mark.feature("V8", "X4")


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("photo.jpg", "Photo in the visit, 08:16.jpg"),
        ("image.jpg", "Photo in the visit, 08:16.jpg"),
        ("IMAGE.HEIC", "Photo in the visit, 08:16.HEIC"),
        ("image-2.png", "Photo in the visit, 08:16.png"),
        ("Picture 1.jpeg", "Photo in the visit, 08:16.jpeg"),
        ("IMG_4711.jpg", "IMG_4711.jpg"),
        ("my photo.jpg", "my photo.jpg"),
        ("photo.pdf", "photo.pdf"),
        ("photograph.jpg", "photograph.jpg"),
        ("фото.jpg", "фото.jpg"),
        ("", ""),
    ],
)
def test_only_a_name_of_a_camera_is_replaced(
    monkeypatch: pytest.MonkeyPatch, name: str, named: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: 1_700_032_560_000)  # 2023-11-15, 07:16 UTC
    assert photo_name(name, "Europe/Berlin") == named
