"""Where patients open a room."""

from bedside.services import Services


def public_address(services: Services, slug: str = "") -> str:
    """Return where patients open a room; without a slug, the prefix of all addresses."""
    return f"{services.settings.base_url}/r/{slug}"


def shown_address(services: Services, slug: str = "") -> str:
    """Return the same as people say it: without the scheme."""
    return public_address(services, slug).partition("://")[2]
