"""Teams, skills, reps and the company's own holidays of the file."""

from __future__ import annotations

from leads.configuration.entries import Entry
from leads.configuration.parts import Holiday, Rep, Skill, Team, TimeOff
from routing.engine.read_assign import HIGHEST_SKILL

LONGEST_NOTE = 300


def team(entry: Entry) -> Team:
    zone = entry.zone()
    return Team(
        slug=entry.slug(),
        name=entry.text("name"),
        manager=entry.optional_email("manager"),
        timezone=zone,
        hours=entry.week("hours", zone),
        queue=entry.optional_slug("queue"),
    )


def skill(entry: Entry) -> Skill:
    slug = entry.slug()
    if slug != slug.lower():
        entry.refuse("slug", f"must be in lower case, {slug.lower()}, because skills_from looks for it so")
    return Skill(slug, entry.text("name"))


def rep(entry: Entry) -> Rep:
    zone = entry.zone()
    found = Rep(
        email=entry.email("email"),
        name=entry.text("name"),
        team=entry.optional_slug("team"),
        timezone=zone,
        hours=entry.week("hours", zone),
        holidays=entry.holidays("holidays"),
        capacity=entry.count("capacity"),
        daily_cap=entry.count("daily_cap"),
        skills=_skills(entry),
        backup=entry.optional_email("backup"),
        active=entry.flag("active", True),
        starts_on=entry.day("starts_on"),
        time_off=_time_off(entry, zone),
    )
    if found.backup and found.backup == found.email:
        entry.refuse("backup", "nobody can cover for himself: name somebody else or leave it out")
    return found


def holiday(entry: Entry) -> Holiday:
    return Holiday(entry.day("day"), entry.text("name"))


def _skills(entry: Entry) -> dict[str, int]:
    levels = entry.mapping("skills")
    return {
        slug: entry.reader.whole(levels[slug], f"{entry.at('skills')}.{slug}", 0, HIGHEST_SKILL)
        for slug in sorted(levels)
    }


def _time_off(entry: Entry, zone: str) -> tuple[TimeOff, ...]:
    spans = []
    for away in entry.entries("time_off", ("start", "end", "kind", "note"), ("start", "end")):
        start, end = away.local_time("start", zone), away.local_time("end", zone)
        kind, note = away.text("kind", "pto", longest=20), away.text("note", longest=LONGEST_NOTE)
        if start is None or end is None:
            continue
        if start >= end:
            away.refuse("end", f"must be later than the start, {away.data['start']}, not {away.data['end']}")
            continue
        spans.append(TimeOff(start, end, kind, note))
    return tuple(sorted(set(spans), key=lambda span: (span.start, span.end, span.kind, span.note)))
