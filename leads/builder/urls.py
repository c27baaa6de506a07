"""The addresses of the builder. Each room has its own few; a tree is named by its slug."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from leads.builder import document_views, editing, flow_views, inspector, moving, tree_views, values, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", tree_views.trees, name="trees"),
    path("+new/", tree_views.tree_new, name="tree-new"),
    path("<slug:slug>/", views.builder, name="builder"),
    path("<slug:slug>/nodes/<str:node>/move/", moving.move, name="builder-move"),
    path("<slug:slug>/nodes/<str:node>/delete/", moving.delete, name="builder-delete"),
    path("<slug:slug>/document/", document_views.document, name="tree-document"),
    path("<slug:slug>/document.md", document_views.document_md, name="tree-document-md"),
    path("<slug:slug>/ops/", editing.op, name="builder-op"),
    path("<slug:slug>/undo/", editing.undo, name="builder-undo"),
    path("<slug:slug>/redo/", editing.redo, name="builder-redo"),
    path("<slug:slug>/discard/", editing.discard, name="builder-discard"),
    path("<slug:slug>/traffic/", flow_views.traffic, name="builder-traffic"),
    path("<slug:slug>/impact/<str:node>/", flow_views.impact, name="builder-impact"),
    path("<slug:slug>/nodes/<str:node>/", inspector.node, name="builder-node"),
    path("<slug:slug>/fields/<str:name>/values/", values.values, name="builder-values"),
]
