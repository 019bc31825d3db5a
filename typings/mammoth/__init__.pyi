from collections.abc import Callable
from io import BytesIO

from mammoth import images as images

class Result:
    value: str

def convert_to_html(
    fileobj: BytesIO,
    *,
    style_map: str = ...,
    include_embedded_style_map: bool = ...,
    convert_image: Callable[[images.Image], list[object]] = ...,
    external_file_access: bool = ...,
) -> Result: ...
