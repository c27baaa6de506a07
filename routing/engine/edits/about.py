"""What is written on a rule: its name, why it is there, who answers for it, when to look again, what it sets."""

from __future__ import annotations

from collections.abc import Callable

from routing.engine import facts
from routing.engine.edits import asked, pieces
from routing.engine.edits.deed import Arguments, Around, Done, Refused
from routing.engine.edits.placing import LONGEST_NAME
from routing.engine.explain import shown
from routing.engine.facts import Field, FieldType
from routing.engine.nodes import Json
from routing.engine.read_rules import LONGEST_STICKINESS, SETTABLE
from routing.engine.rules import STICKY_DAYS

INFO: dict[str, Callable[[Arguments, str], str]] = {"why": asked.text, "owner": asked.email, "review_on": asked.day}


def rename(document: Json, arguments: Arguments, around: Around) -> Done:
    """A name may be empty while it is typed; a tree with such a rule is not published."""
    found = pieces.rule(document, arguments)
    before = pieces.called(found.rule)
    found.rule["name"] = asked.text(arguments, "name", longest=LONGEST_NAME)
    name = pieces.called(found.rule) if found.rule["name"] else "nothing"
    return Done(document, f"renamed {before} to {name}", found.id)


def info(document: Json, arguments: Arguments, around: Around) -> Done:
    """Only what is given is changed; an empty text takes it away."""
    found = pieces.rule(document, arguments)
    said = []
    for key, read in INFO.items():
        if key in arguments:
            given = read(arguments, key)
            if given != found.rule.get(key, ""):
                said.append(_informed(key, given))
            found.rule.pop(key, None)
            if given:
                found.rule[key] = given
    return Done(document, f"{' and '.join(said) or 'left'} {pieces.called(found.rule)}", found.id)


def set_fact(document: Json, arguments: Arguments, around: Around) -> Done:
    """What the rule makes of a lead for all that is asked below it."""
    found = pieces.rule(document, arguments)
    field = _settable(arguments, around)
    given = _given(arguments, field)
    fact = None if facts.is_blank(given) else facts.fitted(given, field)
    if fact is None:
        raise Refused("value", f"{_capital(field.label)} takes {WANTED[field.type]}.")
    value = list(fact) if isinstance(fact, tuple) else given if field.type is FieldType.TIME else fact
    found.rule["set"] = {**found.rule.get("set", {}), field.name: value}
    return Done(document, f"made {pieces.called(found.rule)} set {field.label} to {shown(fact)}", found.id)


def unset_fact(document: Json, arguments: Arguments, around: Around) -> Done:
    found = pieces.rule(document, arguments)
    name = asked.text(arguments, "field")
    rest = {key: value for key, value in found.rule.get("set", {}).items() if key != name}
    found.rule.pop("set", None)
    if rest:
        found.rule["set"] = rest
    known = around.vocabulary.get(name)
    label = known.label if known else name
    return Done(document, f"made {pieces.called(found.rule)} set {label} no more", found.id)


def stickiness(document: Json, arguments: Arguments, around: Around) -> Done:
    """For how many days somebody who comes again goes to who had him."""
    days = asked.whole(arguments, "days", highest=LONGEST_STICKINESS)
    days = STICKY_DAYS if days is None else days
    document["sticky_days"] = days
    words = f"kept returning leads with their rep for {pieces.counted(days, 'day')}"
    return Done(document, words if days else "stopped keeping returning leads with their rep", "")


WANTED = {
    FieldType.TEXT: "a text",
    FieldType.NUMBER: "a number, such as 200",
    FieldType.BOOLEAN: "yes or no",
    FieldType.MANY: "one or more texts",
    FieldType.TIME: "a date, such as 2026-01-31",
    FieldType.TERRITORY: "a territory",
}


def _informed(key: str, given: str) -> str:
    if key == "why":
        return "said why there is" if given else "took away why there is"
    if key == "owner":
        return f"made {given} the owner of" if given else "took the owner off"
    return f"set a review on {given} for" if given else "took the review off"


def _settable(arguments: Arguments, around: Around) -> Field:
    name = asked.text(arguments, "field")
    field = around.vocabulary.get(name)
    if field is None or not (name in SETTABLE or name.startswith("custom.")):
        raise Refused("field", f"A rule may set {', '.join(SETTABLE)} and your own fields.")
    return field


def _given(arguments: Arguments, field: Field) -> object:
    if field.type is FieldType.MANY:
        key = "values" if "values" in arguments else "value"
        return list(dict.fromkeys(asked.texts(arguments, key)))
    given = arguments.get("value")
    return asked.text(arguments, "value") if isinstance(given, str) else given


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
