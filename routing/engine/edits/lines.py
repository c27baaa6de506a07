"""The lines of an outcome: the rows of a lookup table, and the ways of a split."""

from __future__ import annotations

from typing import Any

from routing.engine import facts, nodes
from routing.engine.edits import asked, fitting, pieces
from routing.engine.edits.deed import Arguments, Around, Done, Refused
from routing.engine.edits.outcomes import NO_OUTCOME, holder_of, made, refuse_deeper
from routing.engine.edits.spreadsheet import as_csv, lines_of, values_in
from routing.engine.explain import shown
from routing.engine.facts import Field, Vocabulary
from routing.engine.nodes import Json
from routing.engine.operands import Unfit
from routing.engine.read_targets import MOST_SHARES
from routing.engine.reader import storable
from routing.engine.targets import ROW_VALUES

LONGEST_NAME = 80
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def table_field(document: Json, arguments: Arguments, around: Around) -> Done:
    """Rows stay as they are: values that do not fit the new field are shown as wrong."""
    table, whose = _table(document, arguments)
    field = around.vocabulary.get(asked.text(arguments, "field"))
    if field is None or field.type not in ROW_VALUES:
        raise Refused("field", "Choose a field that a table can look up: any but a time.")
    table["field"] = field.name
    return _done(document, arguments, f"made {whose} look up {field.label}")


def add_row(document: Json, arguments: Arguments, around: Around) -> Done:
    """At `index`, or at the end; what it lists and where it leads may come later."""
    table, whose = _table(document, arguments)
    rows = table.setdefault("rows", [])
    before = _values(table)
    row: Json = {"values": _read(table, arguments, around)}
    if arguments.get("kind"):
        row["target"] = made(arguments, None, around)
    index = asked.whole(arguments, "index")
    rows.insert(len(rows) if index is None else index, row)
    _keep_in_step(document, arguments, table, before)
    listed = f" for {_shown(row)}" if row["values"] else ""
    return _done(document, arguments, f"added a row{listed} to {whose}")


def set_row(document: Json, arguments: Arguments, around: Around) -> Done:
    """Only what is given is changed: the values, or where the row leads."""
    table, whose = _table(document, arguments)
    row, before = _line(table, "rows", "row", arguments), _values(table)
    if "values" in arguments or "value" in arguments:
        row["values"] = _read(table, arguments, around)
    if arguments.get("kind"):
        row["target"] = made(arguments, row.get("target"), around)
    _keep_in_step(document, arguments, table, before)
    return _done(document, arguments, f"set the row for {_shown(row)} of {whose}")


def remove_row(document: Json, arguments: Arguments, around: Around) -> Done:
    table, whose = _table(document, arguments)
    row, before = _line(table, "rows", "row", arguments), _values(table)
    table["rows"] = [one for one in table["rows"] if one is not row]
    _keep_in_step(document, arguments, table, before)
    return _done(document, arguments, f"removed the row for {_shown(row)} from {whose}")


def move_row(document: Json, arguments: Arguments, around: Around) -> Done:
    """The first row with a lead's value wins, so their order counts."""
    table, whose = _table(document, arguments)
    row = _line(table, "rows", "row", arguments)
    rest = [one for one in table["rows"] if one is not row]
    to = min(asked.whole(arguments, "to") or 0, len(rest))
    table["rows"] = [*rest[:to], row, *rest[to:]]
    return _done(document, arguments, f"moved the row for {_shown(row)} of {whose} to {to + 1}")


def paste_rows(document: Json, arguments: Arguments, around: Around) -> Done:
    """From a spreadsheet: values, then where they lead. A value that is there already moves to the pasted row.

    A row in which nothing stands yet gives way: it is where the paste was put.

    With `mode=replace` the pasted rows are all there will be.
    """
    table, whose = _table(document, arguments)
    before, field = _values(table), _field(table, around.vocabulary)
    replace = asked.choice({"mode": "add", **arguments}, "mode", ("add", "replace")) == "replace"
    pasted = []
    for line in lines_of(arguments.get("text"), around):
        fitted = (_fitted(one, field, f"Line {line.number}: ") for one in values_in(line.values, field))
        values = [around.meant(field.name, one) for one in fitted]
        pasted.append({"values": fitting.once(values)} | ({"target": line.target} if line.target else {}))
    now = {_compared(value, field) for row in pasted for value in row["values"]}
    kept = [] if replace else [_without(row, now, field) for row in table.get("rows", [])]
    table["rows"] = [row for row in kept if row and (row.get("values") or row.get("target"))] + pasted
    _keep_in_step(document, arguments, table, before)
    return _done(document, arguments, f"pasted {pieces.counted(len(pasted), 'row')} into {whose}")


def table_csv(document: Json, node: str, within: str = "") -> str:
    """The rows as a spreadsheet has them; Refused where there is no table."""
    return as_csv(_table(document, {"node": node, "within": within})[0])


def add_way(document: Json, arguments: Arguments, around: Around) -> Done:
    """A way of a split without an outcome, unless one is given."""
    split, whose = _split(document, arguments)
    ways = split.setdefault("ways", [])
    names = {way.get("name") for way in ways}
    name = asked.text(arguments, "name", longest=LONGEST_NAME)
    name = name or next((one for one in LETTERS if one not in names), f"{len(ways) + 1}")
    _refuse_same(ways, name)
    way: Json = {"name": name, "share": asked.whole(arguments, "share", lowest=1, highest=MOST_SHARES) or 1}
    if arguments.get("kind"):
        way["target"] = made(arguments, None, around)
    ways.append(way)
    return _done(document, arguments, f"added the way {name} to {whose}")


def set_way(document: Json, arguments: Arguments, around: Around) -> Done:
    """Only what is given is changed: name, share, or where the way leads."""
    split, whose = _split(document, arguments)
    way = _line(split, "ways", "way", arguments)
    if "name" in arguments:
        name = asked.text(arguments, "name", longest=LONGEST_NAME)
        _refuse_same([one for one in split["ways"] if one is not way], name)
        way["name"] = name
    if (share := asked.whole(arguments, "share", lowest=1, highest=MOST_SHARES)) is not None:
        way["share"] = share
    if arguments.get("kind"):
        way["target"] = made(arguments, way.get("target"), around)
    total = sum(one.get("share", 0) for one in split["ways"])
    return _done(document, arguments, f"set {way.get('name')} of {whose} to {way.get('share', 0):,} of {total:,}")


def remove_way(document: Json, arguments: Arguments, around: Around) -> Done:
    split, whose = _split(document, arguments)
    way = _line(split, "ways", "way", arguments)
    if len(split["ways"]) == 1:
        raise Refused("way", "A split has at least one way: choose another outcome instead.")
    split["ways"] = [one for one in split["ways"] if one is not way]
    return _done(document, arguments, f"removed the way {way.get('name')} from {whose}")


def _table(document: Json, arguments: Arguments) -> tuple[Json, str]:
    return _of_kind(document, arguments, "table")


def _split(document: Json, arguments: Arguments) -> tuple[Json, str]:
    return _of_kind(document, arguments, "split")


def _of_kind(document: Json, arguments: Arguments, kind: str) -> tuple[Json, str]:
    node = asked.text(arguments, "node")
    holder, key = holder_of(document, node, asked.text(arguments, "within"))
    target = holder.get(key)
    if not isinstance(target, dict) or target.get("kind") != kind:
        raise Refused("node", f"There is no {kind} here any more.")
    return target, pieces.outcome_called(document, node)


def _done(document: Json, arguments: Arguments, words: str) -> Done:
    node = asked.text(arguments, "node")
    refuse_deeper(document, node)
    return Done(document, words, node)


def _line(target: Json, list_of: str, key: str, arguments: Arguments) -> Json:
    index, lines = asked.whole(arguments, key), target.get(list_of, [])
    if index is None or index >= len(lines):
        raise Refused(key, NO_OUTCOME)
    line: Json = lines[index]
    return line


def _read(table: Json, arguments: Arguments, around: Around) -> list[Any]:
    """`values` one by one as they are; one `value` is cut where people cut lists."""
    field = _field(table, around.vocabulary)
    if "values" in arguments:
        given = arguments["values"] if isinstance(arguments["values"], list | tuple) else [arguments["values"]]
    else:
        given = values_in(asked.text(arguments, "value"), field)
    return fitting.once([around.meant(field.name, _fitted(one, field)) for one in given if not facts.is_blank(one)])


def _field(table: Json, vocabulary: Vocabulary) -> Field:
    field = vocabulary.get(str(table.get("field", "")))
    if field is None or field.type not in ROW_VALUES:
        raise Refused("field", "Choose first which field the table looks up.")
    return field


def _fitted(value: Any, field: Field, where: str = "") -> Any:
    """As the row keeps it: numbers as numbers, yes and no as such."""
    if isinstance(value, str):
        if not storable(value):
            raise Refused("values", f"{where}Holds a character that cannot be kept.")
        reads = {"number": facts.number, "boolean": facts.truth}.get(field.type)
        read = reads(value) if reads else None
        value = value.strip() if read is None else read
    try:
        ROW_VALUES[field.type](value, field.name)
    except Unfit as unfit:
        raise Refused("values", f"{where}{shown(value)} {unfit}.") from None
    return value


def _compared(value: Any, field: Field) -> Any:
    """As tables compare it; what does not fit is only like itself."""
    try:
        return ROW_VALUES[field.type](value, field.name)
    except Unfit:
        return repr(value)


def _without(row: Json, gone: set[Any], field: Field) -> Json:
    """The row without these values; nothing is left of one that listed no other."""
    rest = [value for value in row.get("values", []) if _compared(value, field) not in gone]
    return {**row, "values": rest} if rest or not row.get("values") else {}


def _values(table: Json) -> list[Any]:
    return [value for row in table.get("rows", []) for value in row.get("values", [])]


def _keep_in_step(document: Json, arguments: Arguments, table: Json, before: list[Any]) -> None:
    """A rule that asks for exactly the values of its table, as one made from several rules does, goes on doing so."""
    found, after = nodes.find(document, asked.text(arguments, "node")), _values(table)
    if found is None or found.rule.get("target") is not table or not after:
        return
    when = found.rule.get("when")
    asks = when["all"][0] if isinstance(when, dict) and list(when) == ["all"] and len(when["all"]) == 1 else when
    if not isinstance(asks, dict) or asks.get("op") not in ("in", "has_any"):
        return
    if (asks.get("field"), asks.get("value")) == (table.get("field"), fitting.once(before)):
        asks["value"] = fitting.once(after)


def _shown(row: Json) -> str:
    return shown(tuple(row.get("values", []))) or "nothing yet"


def _refuse_same(ways: list[Json], name: str) -> None:
    if name in [way.get("name") for way in ways]:
        raise Refused("name", f"There is a way {name} already.")
