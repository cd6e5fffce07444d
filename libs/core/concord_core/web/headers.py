"""The security headers: nothing from elsewhere, nothing inline, no referrer to others, nothing kept by default."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit


def security_headers(
    *, public_origin: str, issuer: str, staff: Callable[[str], bool]
) -> Callable[[str], dict[str, str]]:
    """Returns the headers of a path. Pages may load only our own style sheet and images, and run no script.

    Public pages send no referrer, not even to us: no address says where somebody came from. Forms of other sites are
    told by `Sec-Fetch-Site`, which needs none. A browser applies `form-action` to redirects after a form, too: an ended
    staff session leads to the issuer, so staff pages name it.
    """
    base = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cache-control": "no-store",
    }
    if urlsplit(public_origin).scheme == "https":
        base["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    issuer_origin = "{0.scheme}://{0.netloc}".format(urlsplit(issuer))
    pages = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    public = base | {"content-security-policy": f"{pages}; form-action 'self'", "referrer-policy": "no-referrer"}
    private = base | {"content-security-policy": f"{pages}; form-action 'self' {issuer_origin}"}
    api = base | {"content-security-policy": "default-src 'none'; frame-ancestors 'none'"}

    def of(path: str) -> dict[str, str]:
        if path.startswith("/api/"):
            return api
        return private if staff(path) else public

    return of
