"""Teams, skills, reps, their users and the company's own holidays into the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.contrib.auth.hashers import make_password

from leads.configuration import rows
from leads.configuration.differences import Differences
from leads.configuration.parts import Configuration
from leads.configuration.parts import Rep as RepPart
from leads.configuration.parts import TimeOff as TimeOffPart
from reps.models import CompanyHoliday, Rep, RepSkill, Skill, Team, TimeOff, User


def put(differences: Differences, before: Configuration, after: Configuration) -> None:
    """Skills first, for reps have them; users before teams and reps, for these belong to users."""
    skills = [Skill(slug=one.slug, name=one.name) for _, one in differences.put("skills")]
    rows.put(Skill, skills, key="slug", columns=["name"])
    days = [CompanyHoliday(day=one.day, name=one.name) for _, one in differences.put("holidays")]
    rows.put(CompanyHoliday, days, key="day", columns=["name"])
    _put_users(differences, before, after)
    _put_teams(differences)
    _put_reps(differences)


def drop(differences: Differences) -> None:
    rows.drop(Rep, "user__email", (rep.email for rep in differences.gone("reps")))
    rows.drop(Team, "slug", (team.slug for team in differences.gone("teams")))
    rows.drop(CompanyHoliday, "day", (one.day for one in differences.gone("holidays")))
    rows.drop(Skill, "slug", (skill.slug for skill in differences.gone("skills")))


def _put_users(differences: Differences, before: Configuration, after: Configuration) -> None:
    """Everybody who works leads or leads a team can sign in, once a password is set. Nobody is deleted."""
    reps = differences.put("reps")
    teams = [team for pair in differences.put("teams") for team in pair if team] + differences.gone("teams")
    emails = {rep.email for _, rep in reps} | {rep.email for rep in differences.gone("reps")}
    emails |= {team.manager for team in teams if team.manager}
    users = {user.email: user for user in User.objects.filter(email__in=emails)}
    managers = {team.manager for team in after.teams}
    were_managers = {team.manager for team in before.teams}

    names = {rep.email: rep.name for _, rep in reps}
    fresh = [
        User(
            email=email,
            name=names.get(email) or name_from(email),
            role=_role(email, managers),
            password=make_password(None),
        )
        for email in sorted(emails - users.keys())
    ]
    changed = []
    for email, user in users.items():
        was = (user.name, user.role)
        user.name = names.get(email, user.name)
        if user.role != User.Role.REVOPS and (email in managers or email in were_managers):
            user.role = _role(email, managers)
        if was != (user.name, user.role):
            changed.append(user)
    User.objects.bulk_create(fresh, batch_size=rows.BATCH)
    User.objects.bulk_update(changed, ["name", "role"], batch_size=rows.BATCH)
    _open_and_close_doors(differences, managers)


def _open_and_close_doors(differences: Differences, managers: Collection[str | None]) -> None:
    """Who becomes inactive, or is gone from the file, signs in no more; managers and RevOps do."""
    pairs = differences.put("reps")
    leaving = {rep.email for was, rep in pairs if not rep.active and (was is None or was.active)}
    leaving |= {rep.email for rep in differences.gone("reps")}
    coming = {rep.email for was, rep in pairs if rep.active and (was is None or not was.active)}
    others = User.objects.exclude(role=User.Role.REVOPS)
    others.filter(email__in=leaving - set(managers), is_active=True).update(is_active=False)
    others.filter(email__in=coming, is_active=False).update(is_active=True)


def _role(email: str, managers: Collection[str | None]) -> str:
    return User.Role.MANAGER if email in managers else User.Role.REP


def name_from(email: str) -> str:
    """`dustin.brinkmann@example.com` is probably Dustin Brinkmann."""
    words = email.partition("@")[0].replace("_", " ").replace(".", " ").split()
    return " ".join(word.capitalize() for word in words) or email


def _put_teams(differences: Differences) -> None:
    teams = [team for _, team in differences.put("teams")]
    users = rows.ids(User, "email", {team.manager for team in teams if team.manager})
    fresh = [
        Team(
            slug=team.slug,
            name=team.name,
            manager_id=users.get(team.manager),
            hours=team.hours,
            timezone=team.timezone,
            queue=team.queue or "",
        )
        for team in teams
    ]
    rows.put(Team, fresh, key="slug", columns=["name", "manager", "hours", "timezone", "queue"])


REP = ("team", "timezone", "hours", "holidays", "capacity", "daily_cap", "active", "starts_on")


def _put_reps(differences: Differences) -> None:
    pairs: list[tuple[RepPart | None, RepPart]] = differences.put("reps")
    users = rows.ids(User, "email", [rep.email for _, rep in pairs])
    teams = rows.ids(Team, "slug")
    fresh = [
        Rep(
            user_id=users[rep.email],
            team_id=teams[rep.team] if rep.team else None,
            timezone=rep.timezone,
            hours=rep.hours,
            holidays=rep.holidays,
            capacity=rep.capacity,
            daily_cap=rep.daily_cap,
            active=rep.active,
            starts_on=rep.starts_on,
        )
        for _, rep in pairs
    ]
    rows.put(Rep, fresh, key="user", columns=REP)
    _put_backups(pairs)
    _put_skills_and_time_off(pairs)


def _put_backups(pairs: list[tuple[RepPart | None, RepPart]]) -> None:
    """When all reps are there: a backup may stand further down in the file."""
    moved = {rep.email: rep.backup for was, rep in pairs if rep.backup != (was.backup if was else None)}
    if not moved:
        return
    reps = {rep.user.email: rep for rep in Rep.objects.filter(user__email__in=moved).select_related("user")}
    backups = rows.ids(Rep, "user__email", {backup for backup in moved.values() if backup})
    for email, rep in reps.items():
        rep.backup_id = backups.get(moved[email] or "")
    Rep.objects.bulk_update(reps.values(), ["backup"], batch_size=rows.BATCH)


def _put_skills_and_time_off(pairs: list[tuple[RepPart | None, RepPart]]) -> None:
    ids = rows.ids(Rep, "user__email", [rep.email for _, rep in pairs])
    skills = rows.ids(Skill, "slug")
    other_skills = [rep for was, rep in pairs if rep.skills != (was.skills if was else {})]
    RepSkill.objects.filter(rep__in=[ids[rep.email] for rep in other_skills]).delete()
    levels = [
        RepSkill(rep_id=ids[rep.email], skill_id=skills[slug], level=level)
        for rep in other_skills
        for slug, level in rep.skills.items()
    ]
    RepSkill.objects.bulk_create(levels, batch_size=rows.BATCH)

    other_times = {ids[rep.email]: rep.time_off for was, rep in pairs if rep.time_off != (was.time_off if was else ())}
    _put_time_off(other_times)


def _put_time_off(wanted: Mapping[int, Sequence[TimeOffPart]]) -> None:
    """What stays as it was stays the same row: what was handed over when it began is not handed over again."""
    missing = Counter(
        (rep, away.start, away.end, away.kind, away.note) for rep, spans in wanted.items() for away in spans
    )
    gone = []
    for span in TimeOff.objects.filter(rep__in=wanted):
        told = (span.rep_id, span.start, span.end, span.kind, span.note)
        if missing[told]:
            missing[told] -= 1
        else:
            gone.append(span.pk)
    TimeOff.objects.filter(pk__in=gone).delete()
    fresh = [
        TimeOff(rep_id=rep, start=start, end=end, kind=kind, note=note)
        for rep, start, end, kind, note in missing.elements()
    ]
    TimeOff.objects.bulk_create(fresh, batch_size=rows.BATCH)
