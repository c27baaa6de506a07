"""What a change set says: some entries of the configuration file, laid over what is in force. Pure.

An entry is found by its slug; what it does not name stays as it is, and `null` puts it back to its default. `remove`
lists what goes. Of accounts only the owner can be changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from leads.configuration import plain, yaml_text
from leads.configuration.parts import KEYS, Account, Configuration
from leads.configuration.plain import VERSION
from leads.configuration.read import BadConfiguration, Problem, read_plain
from leads.configuration.yaml_text import BadYaml
from routing.engine.facts import STANDARD
from routing.engine.reader import Reader, shown

MERGED = ("territories", "pools")
KINDS = (*MERGED, "accounts")
OF_ACCOUNTS = ("name", "owner")
MOST_VALUES = 250_000  # somebody waits for the page: a file may hold more
IN_LIST = re.compile(r"(territories|pools)\[(\d+)\](.*)", re.DOTALL)

Entries = Mapping[str, Mapping[str, Mapping[str, Any]]]  # kind → name → what is said of it


@dataclass(frozen=True, slots=True)
class Amendment:
    """`entries` are to be added or changed, `removed` are to go; both by kind and name, in the order of the text."""

    entries: Entries
    removed: Mapping[str, tuple[str, ...]]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for kind in KINDS if self.entries.get(kind) or self.removed.get(kind))

    @property
    def touched(self) -> tuple[tuple[str, str], ...]:
        """Kind and name of everything that it speaks of."""
        return tuple(
            (kind, name) for kind in KINDS for name in (*self.entries.get(kind, ()), *self.removed.get(kind, ()))
        )


def parse(text: str) -> Amendment:
    """The change set in this text; raises BadConfiguration with every problem of its form."""
    reader = Reader(STANDARD)
    try:
        data = yaml_text.load(text, most=MOST_VALUES)
    except BadYaml as bad:
        raise BadConfiguration((Problem("", str(bad)),)) from bad
    found = reader.members({} if data is None else data, "", ("version", "remove", *KINDS))
    if found.get("version", VERSION) != VERSION:
        reader.refuse("version", f"must be {VERSION}, not {shown(found['version'])}")
    entries = {kind: dict(_entries(kind, found[kind], reader)) for kind in KINDS if found.get(kind) is not None}
    gone = reader.members(found.get("remove") or {}, "remove", MERGED)
    removed = {kind: tuple(_names(kind, gone[kind], entries, reader)) for kind in MERGED if kind in gone}
    if not reader.problems and not any((*entries.values(), *removed.values())):
        reader.refuse("", "says nothing yet: name territories, pools or accounts, or what to remove")
    if reader.problems:
        raise BadConfiguration(tuple(reader.problems))
    return Amendment(entries, removed)


def text_of(amendment: Amendment) -> str:
    """As a file writes it."""
    data: dict[str, Any] = {
        kind: [dict(entry) for entry in found.values()] for kind, found in amendment.entries.items()
    }
    removed = {kind: list(names) for kind, names in amendment.removed.items() if names}
    return yaml_text.dump(
        {kind: found for kind, found in data.items() if found} | ({"remove": removed} if removed else {})
    )


def applied(amendment: Amendment, base: Configuration) -> Configuration:
    """The configuration with the change set laid over it; raises BadConfiguration with every problem, by its path."""
    problems: list[Problem] = []
    base = _with_owners(amendment, base, problems)
    data: dict[str, Any] = {"version": VERSION}
    for kind in MERGED:
        if kind in amendment.kinds:
            data[kind] = _merged(kind, amendment, base, problems)
    try:
        configuration = read_plain(data, base).configuration
    except BadConfiguration as bad:
        raise BadConfiguration((*problems, *(_in_our_words(one, data, amendment) for one in bad.problems))) from bad
    if problems:
        raise BadConfiguration(tuple(problems))
    return configuration


def snapshot(amendment: Amendment, configuration: Configuration) -> dict[str, dict[str, Any]]:
    """What is in force of all that the change set speaks of, in the words of the file; null for what is not there."""
    found: dict[str, dict[str, Any]] = {}
    for kind in amendment.kinds:
        entries = configuration.of(kind)
        names = [name for of_kind, name in amendment.touched if of_kind == kind]
        found[kind] = {name: plain.of_part(entries[name]) if name in entries else None for name in names}
    return found


def _entries(kind: str, data: Any, reader: Reader) -> Iterator[tuple[str, dict[str, Any]]]:
    key, seen = KEYS[kind], set()
    for item, path in reader.items(data, kind, "entries"):
        if not isinstance(item, dict) or not isinstance(item.get(key), str) or not item[key].strip():
            reader.refuse(path, f"must be an entry with its {key}, not {shown(item)}")
            continue
        name = item[key].strip()
        if name in seen:
            reader.refuse(f"{path}.{key}", f"{shown(name)} stands here twice")
            continue
        seen.add(name)
        if kind == "accounts":
            reader.members(item, path, OF_ACCOUNTS, OF_ACCOUNTS)
        yield name, item


def _names(kind: str, data: Any, entries: Mapping[str, Any], reader: Reader) -> Iterator[str]:
    for item, path in reader.items(data, f"remove.{kind}", "names"):
        if not isinstance(item, str) or not item.strip():
            reader.refuse(path, f"must be a slug, not {shown(item)}")
        elif item.strip() in entries.get(kind, {}):
            reader.refuse(path, f"{shown(item.strip())} is changed above: it cannot be removed as well")
        else:
            yield item.strip()


def _merged(kind: str, amendment: Amendment, base: Configuration, problems: list[Problem]) -> list[dict[str, Any]]:
    """What the change set names comes first, in its own order, so that a problem's number is the one in its text."""
    in_force = {name: plain.of_part(part) for name, part in base.of(kind).items()}
    entries, removed = amendment.entries.get(kind, {}), amendment.removed.get(kind, ())
    for number, name in enumerate(removed):
        if name not in in_force:
            problems.append(Problem(f"remove.{kind}[{number}]", f"there is no {name} among the {kind}"))
    changed = [{**in_force.get(name, {}), **entry} for name, entry in entries.items()]
    return changed + [entry for name, entry in in_force.items() if name not in entries and name not in removed]


def _with_owners(amendment: Amendment, base: Configuration, problems: list[Problem]) -> Configuration:
    entries = amendment.entries.get("accounts", {})
    if not entries:
        return base
    there = base.of("accounts")
    emails = {rep.email for rep in base.reps}
    for number, (name, entry) in enumerate(entries.items()):
        if name not in there:
            problems.append(Problem(f"accounts[{number}].name", f"there is no account {shown(name)}"))
        owner = entry.get("owner")
        if owner is not None and _email(owner) not in emails:
            problems.append(Problem(f"accounts[{number}].owner", f"there is no rep {shown(owner)}"))
    if problems:
        return base
    return replace(base, accounts=tuple(_owned(account, entries.get(account.name)) for account in base.accounts))


def _owned(account: Account, entry: Mapping[str, Any] | None) -> Account:
    return account if entry is None else replace(account, owner=_email(entry["owner"]) or None)


def _email(written: object) -> str:
    return written.strip().lower() if isinstance(written, str) else ""


def _in_our_words(problem: Problem, data: Mapping[str, Any], amendment: Amendment) -> Problem:
    """A problem of an entry that the change set does not name is one of an entry in force."""
    found = IN_LIST.fullmatch(problem.path)
    if found is None:
        return problem
    kind, number, rest = found[1], int(found[2]), found[3]
    if number < len(amendment.entries.get(kind, ())):
        return problem
    return Problem(f"{kind}[{data[kind][number]['slug']}] (in force){rest}", problem.problem)
