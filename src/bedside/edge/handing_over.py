"""Links that one person hands over to another: shown once, to copy, to share or to scan."""

from starlette.requests import Request

from bedside.edge.context import services_of
from bedside.edge.qr_codes import qr_code_data


def link_to_hand_over(request: Request, secret: str) -> tuple[str, str]:
    """Return the address with a secret, and its QR code as a data address, made here: nobody else
    gets to see it."""
    address = f"{services_of(request).settings.base_url}/l/{secret}"
    return address, qr_code_data(address)
