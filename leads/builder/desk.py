"""What every page of the builder works on: the tree, what is live, the draft if there is one, all of it readable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from django.shortcuts import get_object_or_404

from leads import lists
from leads.builder.names import names_of
from leads.builder.remembering import Remembered
from leads.configuration import worlds
from leads.world import Known, known
from reps.models import User
from routing.builder import drafts
from routing.engine.compile import compile_rules
from routing.engine.document import References
from routing.engine.edits import Around
from routing.engine.nodes import Json
from routing.engine.unfinished import Readable, readable
from routing.engine.world import Published, World
from routing.models import Draft, Revision, Tree, Version

READABLE: Remembered[Readable] = Remembered(16)


@dataclass(frozen=True)
class Desk:
    """`document` is the draft's, or what is live where there is none: then `rev` is 0."""

    tree: Tree
    live: Version | None
    draft: Draft | None
    revision: Revision | None
    document: Json
    known: Known
    may_edit: bool

    @property
    def rev(self) -> int:
        return self.revision.number if self.revision else 0

    @property
    def is_behind(self) -> bool:
        """Something was published after the draft was begun."""
        return self.draft is not None and self.draft.base_id != (self.live.pk if self.live else None)

    @cached_property
    def readable(self) -> Readable:
        """Kept for the revisions that were read last: their documents never change."""
        holder = self.revision or self.live
        if holder is None or holder.document is not self.document:
            return self._read()
        return READABLE.get((type(holder), holder.pk, self.known.revision), self._read)

    def _read(self) -> Readable:
        return readable(self.document, self.known.world.vocabulary, references_of(self.known))

    @cached_property
    def live_readable(self) -> Readable | None:
        return readable(self.live.document, self.known.world.vocabulary) if self.live else None

    @cached_property
    def world(self) -> World:
        """The world with this document in the place of what is live."""
        return world_with(self.known, self.tree, self.readable)

    @property
    def around(self) -> Around:
        names = names_of(self.known, tree=self.tree.slug)
        return Around(
            self.known.world.vocabulary,
            drafts.ids_ever(self.tree),
            live=self.live.document if self.live else None,
            names=names.by_kind,
            spelt={"country": lists.countries(), "state": lists.us_states()},
        )


def desk_of(user: User, slug: str) -> Desk:
    """404 where there is no such tree. Whoever may not edit sees the draft all the same."""
    return of_tree(get_object_or_404(Tree, slug=slug), may_edit=user.is_revops)


def of_tree(tree: Tree, *, may_edit: bool) -> Desk:
    live, draft = drafts.live_of(tree), _draft_of(tree)
    revision = tree.revisions.select_related("by").get(number=draft.newest) if draft else None
    document = revision.document if revision else live.document if live else drafts.EMPTY
    return Desk(tree, live, draft, revision, document, known(), may_edit)


def _draft_of(tree: Tree) -> Draft | None:
    # Nobody reads what its base says, and it may be a megabyte.
    return Draft.objects.select_related("base", "started_by").defer("base__document").filter(tree=tree).first()


def of_document(desk: Desk, document: Json) -> Desk:
    """The same desk with another document on it: what would be."""
    return replace(desk, document=document)


def world_with(organisation: Known, tree: Tree, what: Readable) -> World:
    """The organisation's world in which this tree says `what`."""
    world = organisation.world
    level = compile_rules(what.tree.rules, world.lists, world.ancestors)
    published = Published(tree.slug, tree.name, tree.timezone, what.tree, level)
    converting = world.converting or worlds.chooses_by_win_rate(what.tree)
    return replace(world, trees={**world.trees, tree.slug: published}, converting=converting)


def references_of(organisation: Known) -> References:
    """What a document may name."""
    return worlds.references_of(organisation.world, organisation.policies)
