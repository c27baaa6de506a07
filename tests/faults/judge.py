"""Whether the promises were kept: by what senders and reps were told, against the rows, read with SQL of our own.

Each check has a name and lists what breaks it; nothing found is the empty list. `test_judge` proves that each can fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg

from leads.configuration import worlds
from leads.configuration.read import read
from routing.engine.bench import Candidate
from routing.engine.facts import from_json
from routing.engine.route import Request, plan
from routing.engine.strategies import STRATEGIES, Evidence
from routing.engine.world import World
from tests.faults.sender import History

Broken = dict[str, list[Any]]

CHECKS: Mapping[str, str] = {
    # 2: the same delivery is stored once, the same person exists once
    "dup_event": "SELECT source_id, key FROM leads_inboundevent GROUP BY 1, 2 HAVING count(*) > 1",
    "dup_lead": "SELECT lower(email) FROM leads_lead WHERE email <> '' GROUP BY 1 HAVING count(*) > 1",
    "dup_touch": "SELECT event_id, item FROM leads_touch GROUP BY 1, 2 HAVING count(*) > 1",
    # 3: every event ends in exactly one state, and a routed one has its lead with a decision
    "unended": """
        SELECT uuid, status FROM leads_inboundevent
        WHERE status NOT IN ('routed', 'duplicate', 'quarantined', 'discarded', 'counted') OR finished_at IS NULL""",
    "routed_without_lead": """
        SELECT uuid FROM leads_inboundevent AS event WHERE status IN ('routed', 'discarded') AND NOT EXISTS (
            SELECT FROM leads_touch AS touch JOIN routing_decision AS decision ON decision.lead_id = touch.lead_id
            WHERE touch.event_id = event.uuid)""",
    "quarantined_with_lead": """
        SELECT uuid FROM leads_inboundevent JOIN leads_touch ON event_id = uuid WHERE status = 'quarantined'""",
    "undecided": """
        SELECT lead.id FROM leads_lead AS lead LEFT JOIN routing_decision AS decision ON decision.id = decision_id
        WHERE decision.lead_id IS DISTINCT FROM lead.id""",
    # 4: at most one open assignment, and exactly one while somebody holds the lead
    "double_open": "SELECT lead_id FROM leads_assignment WHERE ended_at IS NULL GROUP BY 1 HAVING count(*) > 1",
    "no_owner": """
        SELECT lead.id, lead.status FROM leads_lead AS lead
        LEFT JOIN leads_assignment AS held ON held.lead_id = lead.id AND held.ended_at IS NULL
        WHERE CASE WHEN lead.status IN ('assigned', 'accepted', 'contacted')
                   THEN held.rep_id IS NULL OR held.rep_id IS DISTINCT FROM lead.rep_id
                   ELSE held.id IS NOT NULL END
           OR lead.status = 'received' OR (lead.status = 'queued' AND lead.queue_id IS NULL)""",
    # 5: an assignment, its clock, its message, its line in the story and its decision are one
    "epoch_gap": """
        SELECT lead.id FROM leads_lead AS lead LEFT JOIN leads_assignment AS held ON held.lead_id = lead.id
        GROUP BY lead.id, lead.epoch
        HAVING count(held.id) <> lead.epoch OR coalesce(max(held.epoch), 0) <> lead.epoch
            OR count(DISTINCT held.epoch) <> lead.epoch""",
    "orphan_no_clock": """
        SELECT held.id FROM leads_assignment AS held LEFT JOIN leads_slaclock AS clock ON clock.assignment_id = held.id
        GROUP BY held.id HAVING count(clock.id) <> 1""",
    "orphan_no_message": """
        SELECT id FROM leads_assignment AS held WHERE how <> 'claimed' AND NOT EXISTS (
            SELECT FROM notifications_notification
            WHERE dedupe_key = format('assigned:%s:%s', held.lead_id, held.epoch))
        """,
    "orphan_no_story": """
        SELECT id FROM leads_assignment AS held WHERE NOT EXISTS (
            SELECT FROM leads_timelineentry AS line WHERE line.lead_id = held.lead_id AND line.epoch = held.epoch)""",
    "orphan_no_decision": """
        SELECT held.id FROM leads_assignment AS held LEFT JOIN routing_decision AS decision ON decision.id = decision_id
        WHERE (decision.lead_id, decision.rep_id, decision.outcome)
              IS DISTINCT FROM (held.lead_id, held.rep_id, 'assigned')""",
    "clock_adrift": """
        SELECT clock.id FROM leads_slaclock AS clock JOIN leads_assignment AS held ON held.id = clock.assignment_id
        WHERE (clock.state = 'running') <> (held.ended_at IS NULL AND held.contacted_at IS NULL)""",
    # 6: steps are acted on soon after they are due, and never early
    "overdue": """
        SELECT id FROM leads_slaclock WHERE state = 'running' AND next_at < clock_timestamp() - interval '5 s'""",
    "early": """
        SELECT line.id FROM leads_timelineentry AS line
        JOIN leads_assignment AS held ON held.lead_id = line.lead_id AND held.epoch = line.epoch
        JOIN leads_slaclock AS clock ON clock.assignment_id = held.id
        WHERE line.step IS NOT NULL AND line.at < (clock.steps -> line.step ->> 'at')::timestamptz""",
    # 7: a step is acted on once, and an acceptance that came first wins
    "acted_twice": """
        SELECT lead_id, epoch, step FROM leads_timelineentry WHERE step IS NOT NULL GROUP BY 1, 2, 3
        HAVING count(*) > 1""",
    "accepted_and_taken": "SELECT id FROM leads_assignment WHERE accepted_at IS NOT NULL AND ended_as = 'sla'",
    # 10: the ledger adds up, the rotation is fair, and nobody gets what he should not
    "ledger": """
        SELECT member.id, member.level, sum(line.amount) FROM routing_member AS member
        LEFT JOIN routing_ledgerline AS line ON line.member_id = member.id
        GROUP BY member.id HAVING abs(member.level - coalesce(sum(line.amount), 0)) > 1e-6""",
    "to_the_absent": """
        SELECT held.id FROM leads_assignment AS held JOIN reps_timeoff AS away
        ON away.rep_id = held.rep_id AND held.assigned_at >= away.start AND held.assigned_at < away.end""",
    "to_the_inactive": """
        SELECT held.id FROM leads_assignment AS held JOIN reps_rep AS rep ON rep.id = held.rep_id
        JOIN reps_user ON reps_user.id = rep.user_id
        WHERE NOT rep.active AND held.assigned_at > (
            SELECT max(at) + interval '5 s' FROM reps_change WHERE kind = 'reps' AND subject = reps_user.email)""",
    "over_capacity": """
        SELECT given.id FROM leads_assignment AS given JOIN reps_rep AS rep ON rep.id = given.rep_id
        JOIN leads_assignment AS held ON held.rep_id = rep.id AND held.assigned_at <= given.assigned_at
            AND (held.ended_at IS NULL OR held.ended_at > given.assigned_at)
        WHERE given.how IN ('rotation', 'sla') GROUP BY given.id, rep.capacity
        HAVING count(held.id) > rep.capacity""",
    "unfair": """
        SELECT min(given), max(given) FROM (
            SELECT count(held.id) AS given FROM routing_member AS member
            JOIN routing_pool AS pool ON pool.id = member.pool_id AND pool.slug = 'steady'
            JOIN reps_rep AS rep ON rep.id = member.rep_id AND rep.active
            LEFT JOIN leads_assignment AS held
                ON held.rep_id = rep.id AND held.pool_id = pool.id AND held.how IN ('rotation', 'sla')
            WHERE NOT EXISTS (SELECT FROM reps_timeoff WHERE rep_id = rep.id)
            GROUP BY member.id) AS counts
        HAVING max(given) - min(given) > 1""",
    # 11: every decision can be explained
    "unexplained": """
        SELECT id FROM routing_decision
        WHERE reason = '' OR facts = '{}' OR (version_id IS NULL AND cause <> 'by_hand')
           OR (strategy <> '' AND jsonb_array_length(candidates) = 0)""",
}

EVALUATED = """
SELECT routing_decision.id, at, rules, facts, strategy, candidates, email, cause = 'sla', ARRAY(
    SELECT before.rules::text FROM routing_decision AS before
    WHERE before.lead_id = routing_decision.lead_id AND before.id < routing_decision.id AND NOT before.sticky
) FROM routing_decision
LEFT JOIN reps_rep ON reps_rep.id = rep_id LEFT JOIN reps_user ON reps_user.id = reps_rep.user_id
WHERE cause <> 'by_hand' AND NOT sticky AND (strategy <> '' OR rules <> '{}' OR cause = 'arrived')
"""


def broken_promises(rows: psycopg.Connection, history: History, configuration: str = "") -> Broken:
    """Every check with what it found; `configuration` is what decisions are repeated with."""
    found = {name: rows.execute(check).fetchall() for name, check in CHECKS.items()}
    found |= _told_to_senders(rows, history) | _told_to_reps(rows, history)
    found["not_repeatable"] = _not_repeatable(rows, configuration) if configuration else []
    return found


def only_broken(found: Broken) -> Broken:
    return {name: violations[:5] for name, violations in found.items() if violations}


def _told_to_senders(rows: psycopg.Connection, history: History) -> Broken:
    """1, 2, 15: what was acknowledged is stored and became the people it brought, once."""
    events = {str(uuid): status for uuid, status in rows.execute("SELECT uuid, status FROM leads_inboundevent")}
    decided = {email for (email,) in rows.execute("SELECT email FROM leads_lead WHERE decision_id IS NOT NULL")}
    told: dict[str, set[str]] = defaultdict(set)
    accepted: dict[str, int] = defaultdict(int)
    lost, false_2xx = [], []
    for answer in history.acknowledged():
        told[answer.delivery.id].add(answer.event)
        accepted[answer.delivery.id] += answer.status == 202
        if answer.event not in events:
            false_2xx.append(answer.event)
        lost += [person for person in answer.delivery.people if person not in decided]
    return {
        "false_2xx": false_2xx,
        "lost": lost,
        "two_events": [name for name, uuids in told.items() if len(uuids) > 1],
        "accepted_twice": [name for name, times in accepted.items() if times > 1],
        "server_error": [answer.status for answer in history.answers if answer.status >= 500 and answer.status != 503],
        "unavailable_without_hint": [
            answer.status for answer in history.answers if answer.status == 503 and "retry-after" not in answer.headers
        ],
    }


def _told_to_reps(rows: psycopg.Connection, history: History) -> Broken:
    """7: what a rep was told is done stays done, and is not taken from him by the promise's ladder."""
    held = {
        (lead, epoch): (accepted, contacted, ended_as)
        for lead, epoch, accepted, contacted, ended_as in rows.execute(
            "SELECT lead_id, epoch, accepted_at, contacted_at, ended_as FROM leads_assignment"
        )
    }
    overruled, forgotten = [], []
    for act in history.acts:
        if not act.kept or act.what not in ("accept", "contact"):
            continue
        accepted, contacted, ended_as = held.get((act.lead, act.epoch), (None, None, ""))
        if (contacted if act.what == "contact" else accepted) is None:
            forgotten.append(act)
        if ended_as == "sla":
            overruled.append(act)
    return {"overruled": overruled, "forgotten": forgotten}


def _not_repeatable(rows: psycopg.Connection, configuration: str) -> list[Any]:
    """11: the same facts at the same time go down the same rules, and the same candidates give the same choice.

    The ladder asks the target that gave the lead, whatever is known of it since: then its rules are those of before.
    """
    world = worlds.build_world(read(configuration).configuration)
    return [
        decision
        for decision, at, rules, facts, strategy, candidates, rep, by_ladder, before in rows.execute(EVALUATED)
        if (strategy and _choice_again(strategy, candidates) != rep)
        or (f"{{{','.join(rules)}}}" not in before if by_ladder else _rules_again(world, facts, at) != tuple(rules))
    ]


def _rules_again(world: World, facts: Mapping[str, Any], at: datetime) -> tuple[str, ...]:
    return plan(Request(key="", facts=from_json(facts, world.vocabulary)), world, at).rules


def _choice_again(strategy: str, candidates: list[dict[str, Any]]) -> str | None:
    competing = [Candidate(order=order, **each) for order, each in enumerate(candidates) if not each["code"]]
    return STRATEGIES[strategy](competing, Evidence()).rep if competing else None
