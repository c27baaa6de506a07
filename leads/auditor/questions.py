"""What the auditor asks: for each promise a statement that finds what breaks it, and what to do about it.

Each is answered from an index, or looks only at what is new since it was asked last, so that it costs as much with ten
million leads as with ten. Times are the database's. What a unique index makes impossible is asked of the index.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST = 1000  # are counted; more is "1,000 and more"

# Ids are taken before they are committed: rows this fresh are left for the next time.
SETTLED = "interval '30 s'"

# The indexes that keep promises 2, 4 and 7 whatever the code does.
GUARDS = (
    *("delivery_stored_once", "same_item_once", "item_touches_once", "leads_lead_person_key_key"),
    *("one_open_assignment", "one_assignment_per_epoch", "sla_step_acted_once"),
    *("notifications_notification_dedupe_key_key", "once_per_notice_and_channel", "once_per_event_and_subscription"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """`asks` finds examples of what breaks the promise, in words; `do` says what mends it.

    `new` names the table of which it looks at new rows alone: those with ids after `%(since)s` and up to `%(up_to)s`.
    """

    slug: str
    promise: str
    broken: str
    do: str
    asks: str
    new: str = ""
    page: str = ""


QUESTIONS = (
    Question(
        "unrouted",
        "Every lead is routed within seconds",
        "Deliveries have waited for more than a minute",
        "See whether worker and sweeper run, and what their logs say; the deliveries are kept and go on by themselves.",
        """
        SELECT 'delivery ' || uuid FROM leads_inboundevent
        WHERE status IN ('waiting', 'enriching') AND due_at < clock_timestamp() - interval '60 s'""",
        page="events",
    ),
    Question(
        "overdue_step",
        "Steps of promises are acted on within seconds",
        "Steps of promises are more than a minute late",
        "See whether the sweeper runs. After a clock step, moves are held for a minute.",
        """
        SELECT 'lead ' || lead_id FROM leads_slaclock
        WHERE state = 'running' AND next_at < clock_timestamp() - interval '60 s'""",
    ),
    Question(
        "unnoted_breach",
        "A broken promise is noticed",
        "Promises broke more than a minute ago and nobody noted it",
        "See whether the sweeper runs.",
        """
        SELECT 'lead ' || lead_id FROM leads_slaclock
        WHERE state = 'running' AND breach_noted_at IS NULL AND due_at < clock_timestamp() - interval '60 s'""",
    ),
    Question(
        "early_step",
        "No step of a promise comes early",
        "Steps of promises were acted on before they were due",
        "The clock of the database was put back, or of two machines; see NTP.",
        """
        SELECT 'lead ' || line.lead_id FROM leads_timelineentry AS line
        JOIN leads_assignment AS held ON held.lead_id = line.lead_id AND held.epoch = line.epoch
        JOIN leads_slaclock AS clock ON clock.assignment_id = held.id
        WHERE line.id > %(since)s AND line.id <= %(up_to)s AND line.kind = 'sla' AND line.step IS NOT NULL
          AND line.at < (clock.steps -> line.step ->> 'at')::timestamptz""",
        new="leads_timelineentry",
    ),
    Question(
        "two_owners",
        "A lead has one owner",
        "Leads are held by two reps at once",
        "Close one of the two assignments; then restore the index one_open_assignment.",
        """
        SELECT 'lead ' || lead_id FROM leads_assignment WHERE ended_at IS NULL GROUP BY lead_id HAVING count(*) > 1""",
    ),
    Question(
        "no_owner",
        "Every open lead has an owner",
        "Open leads are held by nobody, or by another rep than they say",
        "Give them to somebody by hand: that writes a new assignment.",
        """
        SELECT 'lead ' || lead.id FROM leads_lead AS lead
        LEFT JOIN leads_assignment AS held ON held.lead_id = lead.id AND held.ended_at IS NULL
        WHERE lead.rep_id IS NOT NULL AND lead.status IN ('assigned', 'accepted', 'contacted')
          AND held.rep_id IS DISTINCT FROM lead.rep_id""",
    ),
    Question(  # Who took a lead himself is not told that he has it.
        "orphans",
        "Assignment, promise, story and message are written together",
        "Assignments are without their promise, story, decision or message",
        "This should be impossible: something wrote to the tables beside Switchyard. Look at the lead.",
        """
        SELECT 'lead ' || held.lead_id FROM leads_assignment AS held
        LEFT JOIN leads_slaclock AS clock ON clock.assignment_id = held.id
        LEFT JOIN routing_decision AS decision ON decision.id = held.decision_id AND decision.lead_id = held.lead_id
        LEFT JOIN LATERAL (SELECT id FROM leads_timelineentry AS line
                           WHERE line.lead_id = held.lead_id AND line.epoch = held.epoch LIMIT 1) AS line ON true
        LEFT JOIN notifications_notification AS notice
            ON notice.dedupe_key = format('assigned:%%s:%%s', held.lead_id, held.epoch)
        WHERE held.id > %(since)s AND held.id <= %(up_to)s
          AND (clock.id IS NULL OR decision.id IS NULL OR line.id IS NULL
               OR (notice.id IS NULL AND held.how <> 'claimed'))""",
        new="leads_assignment",
    ),
    Question(
        "unplanned",
        "Every notice is on its way within seconds",
        "Notices and events have waited for more than two minutes to be sent on",
        "See whether the deliverer runs.",
        """
        SELECT 'notice ' || id FROM notifications_notification WHERE due_at < clock_timestamp() - interval '120 s'
        UNION ALL
        SELECT 'event ' || key FROM notifications_outgoingevent WHERE due_at < clock_timestamp() - interval '120 s'""",
    ),
    Question(
        "undelivered",
        "Messages go out as soon as they are due",
        "Messages are two minutes late although nothing rests",
        "See whether the deliverer runs, and its log.",
        """
        SELECT 'message ' || delivery.key FROM notifications_delivery AS delivery
        LEFT JOIN notifications_lane AS lane ON lane.name = delivery.lane
        LEFT JOIN notifications_channel AS channel ON channel.id = delivery.channel_id
        LEFT JOIN notifications_subscription AS subscription ON subscription.id = delivery.subscription_id
        WHERE delivery.state = 'waiting' AND delivery.due_at < clock_timestamp() - interval '120 s'
          AND coalesce(channel.per_minute, subscription.per_minute) IS NULL
          AND (delivery.lease_until IS NULL OR delivery.lease_until < clock_timestamp())
          AND (lane.open_until IS NULL OR lane.open_until < clock_timestamp())""",
    ),
    Question(
        "dead_message",
        "Every message arrives or is told to be dead",
        "Messages died within the last hour",
        "See in the delivery log why, mend the channel or the address, and send them again.",
        """
        SELECT 'message ' || key FROM notifications_delivery
        WHERE state = 'dead' AND created_at > clock_timestamp() - interval '25 h'
          AND due_at > clock_timestamp() - interval '1 h'""",
    ),
    Question(
        "clock_step",
        "Clocks run steadily",
        "Clocks stepped within the last ten minutes",
        "See NTP on the machine of the database. Moves were held for a minute; reminders were not.",
        """
        SELECT text FROM leads_alarm WHERE kind = 'clock_step' AND last_at > clock_timestamp() - interval '10 min'""",
    ),
    Question(
        "guards",
        "What must exist once has an index that says so",
        "Unique indexes are missing or broken",
        "Run `manage.py migrate`; if they are there but not valid, REINDEX them.",
        f"""
        SELECT name FROM unnest(ARRAY[{", ".join(f"'{name}'" for name in GUARDS)}]) AS name
        WHERE NOT EXISTS (SELECT FROM pg_class AS class JOIN pg_index AS index ON index.indexrelid = class.oid
                          WHERE class.relname = name AND index.indisunique AND index.indisvalid)""",
    ),
)
