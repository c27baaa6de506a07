"""Static files can be collected, and scripts import each other by names that change with their content."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django.core.management import call_command

STORAGE = "config.static_files.NamedByContent"


def test_scripts_import_each_other_by_names_that_change_with_their_content(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": STORAGE}}

    call_command("collectstatic", interactive=False, verbosity=0)

    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    script = (tmp_path / names["js/builder/builder.js"]).read_text()
    imported = re.findall(r'from "\./([^"]+)"', script)
    assert imported
    assert {f"js/builder/{name}" for name in imported} <= set(names.values())
