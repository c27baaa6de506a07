"""CPU of the web process for each request of the rule builder, with 80 and with 1,000 rules.

The anchor is the same page of 17 rules in the same run. Five thousand leads were decided by each tree in the last four
weeks. Edits make a revision each, so nothing that is kept of a revision helps them.
"""

from __future__ import annotations

import argparse

from rig.report import Goal, Measure, publish, ratio
from rig.stack import stack

ANCHOR, SIZES = 17, (80, 1000)
# Smooth with 200 pieces, usable with a thousand rules: what an edit and the page may cost of what they cost with 17.
WANTED = {80: 3, 1000: 30}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", default="", help="print where this request spends its time with 1,000 rules")
    options = parser.parse_args()
    with stack() as servers:
        servers.run("collectstatic", "--no-input", "--verbosity", "0")
        arguments = ["draw", str(options.rounds), *map(str, (ANCHOR, *SIZES))]
        if options.profile:
            print(servers.run(*arguments, "--profile", options.profile))
            return
        told = servers.ask(*arguments)
    taken = {
        (size, name): Measure(f"{name}, {size} rules", "ms", tuple(values))
        for size in (ANCHOR, *SIZES)
        for name, values in told[str(size)]["took"].items()
    }
    goals = [
        Goal(
            number,
            taken[size, name].name,
            ratio(taken[size, name], taken[ANCHOR, name]),
            WANTED[size],
            WANTED[size] / 2,
            at_least=False,
        )
        for number, (size, name) in enumerate(((size, name) for size in SIZES for name in ("page", "rename")), 1)
    ]
    facts = {
        f"{size} rules: {kind}": told[str(size)][kind] for size in (ANCHOR, *SIZES) for kind in ("queries", "bytes")
    }
    publish("builder", "The rule builder, CPU of the web process", list(taken.values()), goals, facts)


if __name__ == "__main__":
    main()
