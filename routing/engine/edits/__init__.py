"""What can be done to a drawn tree: each deed takes a document and gives a new one, in words that can be read aloud.

Pure, and made for drafts: a document need not be finished to be edited. A deed that makes no sense is refused with the
field it came from; the document that was given is never touched. Arguments may come as JSON or as a form's texts.
"""

from __future__ import annotations

from collections.abc import Mapping

from routing.engine import nodes
from routing.engine.document import LARGEST, size
from routing.engine.edits import about, joining, lines, outcomes, placing, questions, reverting
from routing.engine.edits.deed import Arguments, Around, Deed, Done, Refused
from routing.engine.nodes import Json

__all__ = ["DEEDS", "STRUCTURAL", "Arguments", "Around", "Deed", "Done", "Refused", "apply"]

# These change which cards there are and where they stand; all others change what is written on one.
STRUCTURAL: Mapping[str, Deed] = {
    "add_rule": placing.add_rule,
    "add_branch": placing.add_branch,
    "duplicate": placing.duplicate,
    "move": placing.move,
    "delete": placing.delete,
    "toggle": placing.toggle,
    "to_table": joining.to_table,
    "merge": joining.merge,
    "revert": reverting.revert,
    "starter": placing.starter,
}
DEEDS: Mapping[str, Deed] = {
    **STRUCTURAL,
    "rename": about.rename,
    "info": about.info,
    "set_fact": about.set_fact,
    "unset_fact": about.unset_fact,
    "stickiness": about.stickiness,
    "add_condition": questions.add_condition,
    "add_group": questions.add_group,
    "set_condition": questions.set_condition,
    "remove_condition": questions.remove_condition,
    "move_condition": questions.move_condition,
    "group_kind": questions.group_kind,
    "set_target": outcomes.set_target,
    "set_assign": outcomes.set_assign,
    "set_if_nobody": outcomes.set_if_nobody,
    "table_field": lines.table_field,
    "add_row": lines.add_row,
    "set_row": lines.set_row,
    "remove_row": lines.remove_row,
    "move_row": lines.move_row,
    "paste_rows": lines.paste_rows,
    "add_way": lines.add_way,
    "set_way": lines.set_way,
    "remove_way": lines.remove_way,
}


def apply(document: Json, op: str, arguments: Arguments, around: Around) -> Done:
    """The document after the deed `op`; Refused if it cannot be done."""
    deed = DEEDS.get(op)
    if deed is None:
        raise Refused("op", f"There is no such change. There are: {', '.join(sorted(DEEDS))}.")
    done = deed(nodes.copied(document), arguments, around)
    if size(done.document) > LARGEST >= size(document):
        raise Refused("", f"The tree would have more than {LARGEST // 1024**2} MiB, and could not be published.")
    return done
