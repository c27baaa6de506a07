"""The tree as a document: on a page, on paper, and as Markdown."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.builder.desk import desk_of
from leads.builder.document import reading
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def document(request: Request, slug: str) -> HttpResponse:
    desk = desk_of(request.user, slug)
    shown = reading.document_of(desk, request.GET.get("of", ""), now=timezone.now())
    return page(request, "builder/document.html", {"desk": desk, "doc": shown}, part="document")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def document_md(request: Request, slug: str) -> HttpResponse:
    desk = desk_of(request.user, slug)
    shown = reading.document_of(desk, request.GET.get("of", ""), now=timezone.now())
    answer = HttpResponse(shown.markdown, content_type="text/markdown; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{desk.tree.slug}-{shown.which}.md"'
    return answer
