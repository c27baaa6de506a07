"""Static files under names that change with their content: in scripts' imports of each other too."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class NamedByContent(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
