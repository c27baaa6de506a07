"""Rules that no linter knows: what the pure rooms may import, and what templates and code may never say."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.places import PROJECT

APPS = ("config", "leads", "notifications", "outgoing", "reps", "routing")
# Rooms and houses of rooms.
PURE_ROOMS = (
    *("routing.engine", "reps.hours", "reps.evenings", "reps.wall_clock"),
    *("leads.normalise", "leads.mapping", "leads.bodies", "leads.signatures", "leads.sla", "leads.matching"),
    *(
        "leads.knowledge",
        "leads.scoring",
        "leads.urgency",
        "leads.presets",
        "leads.lists",
        "leads.derived",
        "leads.provenance",
        "leads.logged",
        "leads.enrichment.account",
        "leads.enrichment.providers",
        "leads.enrichment.waterfall",
        "leads.enrichment.spans",
        "outgoing.addresses",
        "outgoing.secrets",
        "outgoing.signing",
        "notifications.kinds",
        "notifications.wording",
        "notifications.subscriptions.catalogue",
        "leads.titles",
        "leads.contact",
        "leads.numbers",
        "leads.rates",
    ),
    *(
        "leads.kept",
        "leads.multipart",
        "leads.files",
        "leads.simulation",
        "leads.activity.reading",
        "leads.activity.windows",
    ),
    *(
        f"leads.configuration.{room}"
        for room in (
            *("parts", "plain", "yaml_text", "entries", "read", "read_people", "read_market", "read_routing"),
            *("read_leads", "read_enrichment", "score_model", "references", "documents", "differences", "worlds"),
        )
    ),
    *(f"leads.realignment.{room}" for room in ("amendments", "undo", "words")),
)
ENDS = (".py", "/**/*.py")
PURE = tuple(f"{room.replace('.', '/')}{end}" for room in PURE_ROOMS for end in ENDS)
# Libraries that compute and do nothing else.
PURE_LIBRARIES = {
    "re2",
    "jmespath",
    "phonenumbers",
    "tldextract",
    "pycountry",
    "email_validator",
    "holidays",
    "orjson",
    "rapidfuzz",
    "yaml",
}
# The standard library's own doors to the world.
IMPURE = {"logging", "os", "random", "secrets", "socket", "subprocess", "threading", "urllib.request", "sqlite3"}


def sources(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in PROJECT.glob(pattern) if "migrations" not in path.parts)


def is_house(module: str) -> bool:
    """An app, or a package within one."""
    return module.partition(".")[0] in APPS and (PROJECT / module.replace(".", "/")).is_dir()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            # `from reps import hours` names a room of its own, `from datetime import datetime` does not.
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}" if is_house(node.module) else node.module


def is_pure(name: str) -> bool:
    top = name.partition(".")[0]
    if top in APPS:
        return any(name == room or name.startswith(f"{room}.") for room in PURE_ROOMS)
    return top in PURE_LIBRARIES or (top in sys.stdlib_module_names and name not in IMPURE)


def test_every_pure_room_is_there() -> None:
    assert [room for room in PURE_ROOMS if not sources(*(f"{room.replace('.', '/')}{end}" for end in ENDS))] == []


@pytest.mark.parametrize("path", sources(*PURE), ids=lambda path: str(path.relative_to(PROJECT)))
def test_a_pure_room_imports_pure_rooms_and_named_libraries_alone(path: Path) -> None:
    assert [f"{path}:{line} {name}" for line, name in imports(path) if not is_pure(name)] == []


def test_no_template_switches_escaping_off() -> None:
    off = re.compile(r"\|\s*(safe|safeseq)\b|autoescape\s+off|hx-on|\son[a-z]+=|<script(?![^>]*\bsrc=)[^>]*>|\sstyle=")
    found = [
        f"{path}:{number} {line.strip()}"
        for path in sources("templates/**/*.html", "*/templates/**/*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if off.search(line)
    ]

    assert found == []


def test_no_code_marks_text_safe_or_catches_everything() -> None:
    bad = re.compile(r"\bmark_safe\b|\bSafeString\(|except\s*:|except\s+\(?\s*(Base)?Exception\b")
    found = [
        f"{path}:{number} {line.strip()}"
        for path in sources(*(f"{app}/**/*.py" for app in APPS), "manage.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        # A boundary that must catch everything says why on the same line.
        if bad.search(line) and "  # " not in line
    ]

    assert found == []
