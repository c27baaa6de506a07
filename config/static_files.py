"""Static files under names that change with their content: in scripts' imports of each other too."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class NamedByContent(CompressedManifestStaticFilesStorage):
    """Only in our own scripts: others' have imports in comments, of files that they do not bring along."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # as many scripts may import each other in a row
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
