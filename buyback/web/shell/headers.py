"""The headers of every answer: pages, errors, the API and static files alike (OWASP ASVS 5.0, V3.4)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
)
CONTENT_SECURITY_POLICY = "; ".join(_POLICY)

HSTS = "max-age=63072000; includeSubDomains"  # two years; ASVS V3.4.1 asks for one

ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
}

NO_STORE = "no-store"

_Started = Callable[[bytes], object]


def with_headers(app: "WSGIApplication", *, https: bool) -> "WSGIApplication":
    """Wrap a WSGI app so that no answer leaves without the headers; those it has set itself stay.

    What says nothing about caching is not to be stored: only static files say something.
    """
    wanted = ALWAYS | ({"Strict-Transport-Security": HSTS} if https else {})

    def wrapped(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> _Started:  # noqa: ANN401  WSGI
            present = {name.lower() for name, _ in headers}
            added = [(name, value) for name, value in wanted.items() if name.lower() not in present]
            if "cache-control" not in present:
                added.append(("Cache-Control", NO_STORE))
            return start_response(status, [*headers, *added], exc_info)

        return app(environ, start)

    return wrapped
