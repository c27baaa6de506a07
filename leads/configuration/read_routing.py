"""Pools, queues and trees. A tree's document is read by `documents`, which knows everything it may point at."""

from __future__ import annotations

from leads.configuration.entries import Entry
from leads.configuration.parts import Pool, Queue, Tree
from leads.configuration.read_market import members
from routing.engine.strategies import STRATEGIES

CATCH_UP = ("none", "full")


def pool(entry: Entry) -> Pool:
    return Pool(
        slug=entry.slug(),
        name=entry.text("name"),
        strategy=entry.choice("strategy", STRATEGIES, "round_robin"),
        catch_up=entry.choice("catch_up", CATCH_UP, "none"),
        members=members(entry, "members"),
    )


def queue(entry: Entry) -> Queue:
    return Queue(entry.slug(), entry.text("name"), entry.optional_slug("team"))


def tree(entry: Entry) -> Tree:
    return Tree(
        slug=entry.slug(),
        name=entry.text("name"),
        default=entry.flag("default", False),
        timezone=entry.zone(),
        document=entry.filled_mapping("document"),
    )
