"""What a drawn tree's counts cost with a million decisions: counting a day, and reading thirty of them.

Decisions are made in the database itself, forty thousand to a day, with facts as large as real ones. In the end all
that was counted is compared with a recount of every decision.
"""

from __future__ import annotations

import argparse

from rig.report import Measure, publish
from rig.stack import stack

MAKE = """
INSERT INTO routing_decision (lead_id, at, cause, version_id, outcome, track, strategy, fallback, sticky, rules, reason,
    path, notes, facts, scoring, matching, candidates, timings)
SELECT n, now() - make_interval(secs => n * 25.0 * 86400 / %(count)s), CASE n %% 10 WHEN 0 THEN 'returned'
        WHEN 1 THEN 'sla' ELSE 'arrived' END, (SELECT id FROM routing_version WHERE status = 'live' LIMIT 1),
    'queued', '', '', n %% 7 = 6, n %% 11 = 0, way.rules, 'As the rules say.', way.path, '[]',
    jsonb_build_object('email', format('lead%%s@company-%%s.example', n, n %% 5000),
        'company', 'Company ' || n %% 5000, 'employees', n %% 5000,
        'country', (ARRAY['DE', 'US', 'GB', 'FR', 'NL', 'SE'])[n %% 6 + 1],
        'intent', (ARRAY['demo', 'pricing', 'trial', 'content'])[n %% 4 + 1], 'title', 'Head of Sales',
        'source', 'open', 'is_free_email', false, 'received_at', now(),
        'message', repeat('We are looking at several offers. ', 6)),
    '{}', '{}', '[]', '{}'
FROM generate_series(1, %(count)s) AS n JOIN (VALUES
    (0, '{students}'::varchar[], 'inbound/students'), (1, '{personal-mail}', 'inbound/personal-mail'),
    (2, '{everywhere,large}', 'inbound/everywhere/large'), (3, '{everywhere,demo}', 'inbound/everywhere/demo'),
    (4, '{everywhere}', 'inbound/everywhere/otherwise'), (5, '{everywhere,demo}', 'inbound/everywhere/demo'),
    (6, '{}', 'inbound/otherwise')) AS way (number, rules, path) ON way.number = n %% 7
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with stack() as servers, servers.connect() as rows:
        rows.execute(MAKE, {"count": options.decisions})
        rows.execute("VACUUM ANALYZE")
        servers.run("collectstatic", "--no-input", "--verbosity", "0")
        told = servers.ask("tally", str(options.rounds))
    if told["different"]:
        raise SystemExit(f"{told['different']} rows differ from a recount of all decisions")
    measures = [Measure(name, "ms", tuple(values)) for name, values in told.pop("took").items()]
    publish("traffic", f"Traffic of a tree with {options.decisions:,} decisions", measures, [], told)


if __name__ == "__main__":
    main()
