"""QR codes, drawn here: nobody else gets to see the address in them."""

from io import BytesIO

from starlette.responses import Response

_QUIET_ZONE = 4
"""Modules of white around the code, which ISO/IEC 18004 asks for."""


def qr_code_response(address: str, *, scale: int) -> Response:
    """Return the QR code of an address as an SVG picture, a module `scale` pixels wide."""
    import segno  # not for the first page that somebody opens

    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", scale=scale, border=_QUIET_ZONE, dark="#000", light="#fff"
    )
    return Response(picture.getvalue(), media_type="image/svg+xml")


def qr_code_data(address: str) -> str:
    """Return the QR code of an address as a data address, for a page that is shown once."""
    import segno

    return segno.make(address, error="m", micro=False).svg_data_uri(
        scale=5, border=_QUIET_ZONE, dark="#000", light="#fff"
    )
