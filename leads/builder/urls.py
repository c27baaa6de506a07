"""The addresses of the builder. Each room has its own few; a tree is named by its slug."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from leads.builder.backtests import views as backtest_views
from leads.builder.canvas import editing, moving, views
from leads.builder.document import views as document_views
from leads.builder.findings import views as finding_views
from leads.builder.inspector import panel as inspector
from leads.builder.inspector import values
from leads.builder.publishing import history_views
from leads.builder.publishing import views as publish_views
from leads.builder.testing import saved_views
from leads.builder.testing import views as testing_views
from leads.builder.traffic import views as flow_views
from leads.builder.trees import views as tree_views
from leads.builder.trials import views as trial_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", tree_views.trees, name="trees"),
    path("+new/", tree_views.tree_new, name="tree-new"),
    path("<slug:slug>/", views.builder, name="builder"),
    path("<slug:slug>/nodes/<str:node>/move/", moving.move, name="builder-move"),
    path("<slug:slug>/nodes/<str:node>/delete/", moving.delete, name="builder-delete"),
    path("<slug:slug>/test/", testing_views.test, name="builder-test"),
    path("<slug:slug>/test/leads/", testing_views.picker, name="builder-test-picker"),
    path("<slug:slug>/test-leads/", saved_views.listed, name="test-leads"),
    path("<slug:slug>/test-leads/+save/", saved_views.save, name="test-lead-save"),
    path("<slug:slug>/test-leads/<int:pk>/erase/", saved_views.erase, name="test-lead-erase"),
    path("<slug:slug>/ops/", editing.op, name="builder-op"),
    path("<slug:slug>/undo/", editing.undo, name="builder-undo"),
    path("<slug:slug>/redo/", editing.redo, name="builder-redo"),
    path("<slug:slug>/discard/", editing.discard, name="builder-discard"),
    path("<slug:slug>/findings/", finding_views.findings, name="builder-findings"),
    path("<slug:slug>/nodes/<str:node>/table.csv", editing.table, name="builder-table"),
    path("<slug:slug>/traffic/", flow_views.traffic, name="builder-traffic"),
    path("<slug:slug>/impact/<str:node>/", flow_views.impact, name="builder-impact"),
    path("<slug:slug>/nodes/<str:node>/", inspector.node, name="builder-node"),
    path("<slug:slug>/fields/<str:name>/values/", values.values, name="builder-values"),
    path("<slug:slug>/document/", document_views.document, name="tree-document"),
    path("<slug:slug>/document.md", document_views.document_md, name="tree-document-md"),
    path("<slug:slug>/trials/", trial_views.listed, name="trials"),
    path("<slug:slug>/trials/live/", trial_views.live, name="trials-live"),
    path("<slug:slug>/trials/begin/", trial_views.begin, name="trials-begin"),
    path("<slug:slug>/trials/<int:pk>/", trial_views.trial, name="trial"),
    path("<slug:slug>/trials/<int:pk>/end/", trial_views.end, name="trial-end"),
    path("<slug:slug>/trials/<int:pk>/promote/", trial_views.promote, name="trial-promote"),
    path("<slug:slug>/publish/", publish_views.publish, name="publish"),
    path("<slug:slug>/publications/<int:pk>/", publish_views.publication, name="publication"),
    path("<slug:slug>/publications/<int:pk>/approve/", publish_views.approve, name="publication-approve"),
    path("<slug:slug>/publications/<int:pk>/withdraw/", publish_views.withdraw, name="publication-withdraw"),
    path("<slug:slug>/history/", history_views.tree_history, name="tree-history"),
    path("<slug:slug>/history/approval/", history_views.tree_approval, name="tree-approval"),
    path("<slug:slug>/history/<int:number>/", history_views.tree_version, name="tree-version"),
    path("<slug:slug>/history/<int:number>/roll-back/", publish_views.roll_back, name="roll-back"),
    path("<slug:slug>/compare/", history_views.compare, name="compare"),
    path("<slug:slug>/compare/revert/", history_views.compare_revert, name="compare-revert"),
    path("<slug:slug>/restore/<int:number>/", history_views.restore, name="restore"),
    path("<slug:slug>/backtests/", backtest_views.backtests, name="backtests"),
    path("<slug:slug>/backtests/<int:pk>/", backtest_views.backtest, name="backtest"),
    path("<slug:slug>/backtests/<int:pk>/cancel/", backtest_views.cancel, name="backtest-cancel"),
]
