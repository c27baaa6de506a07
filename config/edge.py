"""The first middleware: what machines ask often goes straight to its view.

A webhook has no session, no user, no form and no page. The middleware below this one would cost it more than its one
INSERT, so `/in/…` and the health checks turn off here, before any of them, and answer with a few fixed headers.
Being a middleware and not a second WSGI application, it is the same in the tests' client and under every server.
"""

import json
import uuid
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

HOOKS = "/in/"
HEALTH = ("/livez", "/readyz")


def edge(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(HOOKS):
            return _harden(_hook(request))
        if path in HEALTH:
            # Probes come by address or by a name of the cluster's own; these answers depend on no host.
            return _harden(_view(request))
        return get_response(request)

    return answer


def _hook(request: HttpRequest) -> HttpResponse:
    try:
        request.get_host()
    except DisallowedHost:
        return problem(400, "Bad host", "This site is not known by the name in the Host header.")
    try:
        return _view(request)
    except Resolver404:
        return problem(404, "Not found", "A webhook's address is /in/<source>/, with the slug of one of the sources.")


def _view(request: HttpRequest) -> HttpResponse:
    request.resolver_match = resolve(request.path_info)
    view, arguments, named = request.resolver_match
    return view(request, *arguments, **named)


def _harden(response: HttpResponse) -> HttpResponse:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Length"] = str(len(response.content))
    return response


def problem(status: int, title: str, detail: str) -> HttpResponse:
    """RFC 9457, as webhooks are answered."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "request_id": str(uuid.uuid4())}
    return HttpResponse(json.dumps(body), content_type="application/problem+json", status=status)
