"""What a draft lacks or has wrong, as findings: at the piece it is about, in words that need no knowledge of JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

from routing.engine import nodes
from routing.engine.lint.findings import ERROR, Finding
from routing.engine.nodes import Json
from routing.engine.problems import RuleError
from routing.engine.unfinished import Readable

NO_OUTCOME = "It has no outcome yet: say where these leads go."
NO_DEFAULT = "The table has no default: say where leads go whose value is in none of its rows."

# What a member of a rule or target is called on the page.
MEMBERS = {
    "when": "condition",
    "name": "name",
    "why": "reason why it exists",
    "owner": "owner",
    "review_on": "review date",
    "set": "facts it sets",
    "off": "switch",
    "kind": "outcome",
    "pool": "pool",
    "rep": "rep",
    "queue": "queue",
    "track": "nurture track",
    "reason": "reason for discarding",
    "tree": "tree",
    "field": "field",
    "op": "operator",
    "value": "value",
    "if_blank": "blank policy",
    "strategy": "strategy",
    "require_skills": "required skills",
    "skills_from": "skills from a field",
    "prefer_skills": "preferred skills",
    "hours": "working hours",
    "capacity": "capacity",
    "sla": "promise",
    "share": "share",
    "values": "values",
    "sticky_days": "days of stickiness",
}
# Members that stand in front: "In row 2: …".
PLACES = {"rows": "row", "ways": "way"}
CODES = (
    ("unknown field", "unknown_field"),
    ("there is no pool", "unknown_pool"),
    ("there is no rep", "unknown_rep"),
    ("there is no queue", "unknown_queue"),
    ("there is no ", "unknown_name"),
)
_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")
_PATH = re.compile(r"\b(?:rules\[\d+\]\.?)+(?:[a-z_]+(?:\[\d+\])?\.?)*")
_JSON = re.compile(r",? such as \{.*\}|\{.*\}(?:, \{.*\})*")


def problems(document: Json, what: Readable) -> Iterator[Finding]:
    """One finding for each problem; that an outcome is missing is said once."""
    told: set[tuple[str, str]] = set()
    for problem in what.problems:
        finding = _finding(document, problem)
        key = (finding.node, finding.words)
        if key not in told:
            told.add(key)
            yield finding


def _finding(document: Json, problem: RuleError) -> Finding:
    node, rest = nodes.node_at(document, problem.path), nodes.rest_of(problem.path)
    found = nodes.find(document, node)
    if found is not None and _lacks_outcome(found.rule, rest, problem):
        key = nodes.OTHERWISE + nodes.TARGET if nodes.is_branch(found.rule) else nodes.TARGET
        return Finding(f"{found.id}{key}", ERROR, "no_outcome", NO_OUTCOME)
    steps = [(name, int(number) if number else None) for name, number in _STEP.findall(_own(rest, node))]
    if steps and steps[-1][0] == "otherwise" and problem.problem == "is missing":
        return Finding(node, ERROR, "table_default", NO_DEFAULT)
    where, member = _where(steps)
    said = _plain(problem.problem)
    code = next((code for begins, code in CODES if said.startswith(begins)), "unfinished")
    if _is_not_given(said, steps):
        said = f"say which {member}" if member else "something is missing"
    elif said.startswith(("must ", "has ", "is ", "holds ")):
        said = f"the {member} {said}" if member else said
    words = f"{where}: {said}" if where else said
    return Finding(node, ERROR, code, f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '?')) else '.'}")


def _lacks_outcome(rule: Json, rest: str, problem: RuleError) -> bool:
    if rest == "":
        return "must have either a target" in problem.problem
    if rest in ("target", "target.kind", "otherwise", "otherwise.kind"):
        target = rule.get("otherwise" if rest.startswith("otherwise") else "target")
        return not isinstance(target, dict) or not target.get("kind")
    return False


def _is_not_given(said: str, steps: list[tuple[str, int | None]]) -> bool:
    """The reader shows what it got instead, unless that was nothing."""
    empty_value = bool(steps) and steps[-1][0] == "value" and said.startswith("must ") and "(not" not in said
    return empty_value or said.startswith("is missing") or re.search(r"\bnull\b", said) is not None


def _own(rest: str, node: str) -> str:
    """The path within the piece itself."""
    for key in ("target", "otherwise"):
        if node.endswith(nodes.TARGET) and re.match(rf"{key}\b", rest):
            return rest[len(key) :].lstrip(".")
    return rest


def _where(steps: list[tuple[str, int | None]]) -> tuple[str, str]:
    """In front of the words, where in the piece; and what of it is wrong."""
    places, conditions, member = [], [], ""
    for name, number in steps:
        if name in ("all", "any") and number is not None:
            conditions.append(str(number + 1))
        elif name in PLACES and number is not None:
            places.append(f"in {PLACES[name]} {number + 1}")
        elif name == "if_nobody":
            places.append("if nobody is there")
        elif name == "otherwise":
            places.append("in the default")
        elif name not in ("not", "target", "rules", "all", "any"):
            member = MEMBERS.get(name, member)
    if conditions:
        places.append(f"condition {'.'.join(conditions)}")
        member = "" if member == "condition" else member
    return ", ".join(places), member


def _plain(said: str) -> str:
    """Without what only a program would read."""
    said = _PATH.sub(lambda path: _numbered(path[0]), said)
    return _JSON.sub("", said).replace("  ", " ").strip(" ,")


def _numbered(path: str) -> str:
    return "rule " + ".".join(str(int(number) + 1) for number in re.findall(r"rules\[(\d+)\]", path))
