"""Where a target sends leads, in words for a toast or a history."""

from __future__ import annotations

from typing import Any

from routing.engine.edits.deed import Around
from routing.engine.edits.pieces import counted

NAMED = {"pool": "pool", "rep": "rep", "queue": "queue", "nurture": "track", "tree": "tree"}
PLAIN = {"account_owner": "the account's owner", "territory": "the territory's reps", "fallback": "the fallback"}


def called(what: str, name: str, around: Around) -> str:
    """What people call the pool, rep, queue … of this slug."""
    return around.names.get(what, {}).get(name, name)


def phrase(target: Any, around: Around) -> str:
    """ "EMEA AEs", "the queue Triage", "the account's owner" """
    kind = target.get("kind", "") if isinstance(target, dict) else ""
    if kind in PLAIN:
        return PLAIN[kind]
    if kind in NAMED:
        name = str(target.get(NAMED[kind], ""))
        said = called(kind, name, around)
        if not name:
            return f"a {NAMED[kind]} that is still to be chosen"
        return said if kind in ("pool", "rep") else f"the {'tree' if kind == 'tree' else NAMED[kind]} {said}"
    match kind:
        case "discard":
            return "nobody: they are discarded"
        case "table":
            return f"a table by {target.get('field') or 'a field'}"
        case "split":
            return f"a split of {counted(len(target.get('ways', [])), 'way')}"
        case _:
            return "an outcome that is still to be chosen"
