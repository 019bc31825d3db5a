"""The manifest that makes the app installable, and a worker that shows a page without network."""

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from bedside.edge.rendering import STATIC, asset, render
from bedside.edge.routes import open_route
from bedside.edge.signed_in import APP
from bedside.kernel import language
from bedside.kernel.language import gettext as _

_ACCENT, _GROUND = "#0B6B66", "#F6F5F2"


async def manifest(request: Request) -> Response:
    """GET /app/manifest.webmanifest (W3C Web Application Manifest). It names the product and not
    the clinic: what is on a phone's first screen is seen by others."""
    content = {
        "id": APP,
        "name": "Bedside",
        "short_name": "Bedside",
        "description": _("Messages, files and forms of your clinic"),
        "start_url": APP,
        "scope": APP,
        "display": "standalone",
        "background_color": _GROUND,
        "theme_color": _ACCENT,
        "lang": language.spoken(),
        "icons": [
            {"src": asset("mark.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(
                {
                    "src": asset(f"app-{pixels}.png"),
                    "sizes": f"{pixels}x{pixels}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for pixels in (192, 512)
                for purpose in ("any", "maskable")
            ),
        ],
    }
    return JSONResponse(content, media_type="application/manifest+json")


async def worker(request: Request) -> Response:
    """GET /app/worker.js: at this address, because a worker controls only what is below it."""
    name = asset("app_worker.js").removeprefix("/static/")
    return FileResponse(
        STATIC / name,
        media_type="text/javascript",
        headers={"cache-control": "no-cache", "service-worker-allowed": APP},
    )


async def offline(request: Request) -> Response:
    """GET /app/offline: what the worker shows without network. It is the same for everybody, and
    the only page that a phone keeps."""
    return render(
        request,
        "patient_app/offline.html",
        app=None,
        lang=language.spoken(),
        clinic_name="",
        toasts=[],
        emergency_text="",
    )


routes = [
    open_route(f"{APP}/manifest.webmanifest", manifest, methods=["GET"]),
    open_route(f"{APP}/worker.js", worker, methods=["GET"]),
    open_route(f"{APP}/offline", offline, methods=["GET"]),
]
