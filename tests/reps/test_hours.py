from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reps import hours
from reps.hours import ALWAYS, BadHours, Calendar, NeverOpen, Week, parse_week

NEW_YORK = ZoneInfo("America/New_York")
NINE_TO_FIVE = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
WITH_LUNCH = {day: ["09:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def calendar(raw, zone="America/New_York", holidays=frozenset(), away=()):
    return Calendar(parse_week(raw, zone), holidays, away)


def new_york(*parts):
    return datetime(*parts).replace(tzinfo=NEW_YORK)


def minutes(count):
    return timedelta(minutes=count)


EIGHT_TO_FIVE = {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.mark.parametrize(
    ("raw", "holidays", "promise", "start", "due"),
    [
        (EIGHT_TO_FIVE, [], 240, new_york(2026, 6, 5, 16), new_york(2026, 6, 8, 11)),
        (NINE_TO_FIVE, [], 240, new_york(2026, 6, 3, 18), new_york(2026, 6, 4, 13)),
        (NINE_TO_FIVE, [], 5, new_york(2026, 6, 5, 16, 57), new_york(2026, 6, 8, 9, 2)),
        (NINE_TO_FIVE, [], 5, new_york(2026, 6, 5, 17), new_york(2026, 6, 8, 9, 5)),
        (WITH_LUNCH, [], 30, new_york(2026, 6, 4, 11, 50), new_york(2026, 6, 4, 13, 20)),
        (NINE_TO_FIVE, [date(2026, 7, 3)], 60, new_york(2026, 7, 2, 16, 30), new_york(2026, 7, 6, 9, 30)),
        (None, [], 60, new_york(2026, 3, 8, 1, 30), new_york(2026, 3, 8, 3, 30)),
    ],
)
def test_the_worked_table_comes_out_exactly(raw, holidays, promise, start, due):
    on = calendar(raw, holidays=frozenset(holidays))

    assert hours.add_working(on, start, minutes(promise)) == due.astimezone(UTC)


def test_a_deadline_on_closing_time_moves_to_the_next_opening():
    on = calendar(WITH_LUNCH)

    assert hours.add_working(on, new_york(2026, 6, 4, 11, 30), minutes(30)) == new_york(2026, 6, 4, 13)
    assert hours.add_working(on, new_york(2026, 6, 5, 16, 30), minutes(30)) == new_york(2026, 6, 8, 9)


def test_no_time_at_all_ends_at_the_next_opening():
    assert hours.add_working(calendar(NINE_TO_FIVE), new_york(2026, 6, 6, 12), minutes(0)) == new_york(2026, 6, 8, 9)


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (new_york(2026, 6, 4, 8, 59, 59), False),
        (new_york(2026, 6, 4, 9), True),
        (new_york(2026, 6, 4, 11, 59, 59, 999_999), True),
        (new_york(2026, 6, 4, 12), False),
        (new_york(2026, 6, 4, 13), True),
        (new_york(2026, 6, 4, 17), False),
        (new_york(2026, 6, 6, 10), False),
    ],
)
def test_hours_hold_from_their_first_instant_up_to_their_last(at, answer):
    assert hours.is_open(calendar(WITH_LUNCH), at) is answer


def test_midnight_ends_a_day_and_the_next_one_may_go_on():
    on = calendar({"mon": ["22:00-24:00"], "tue": ["00:00-06:00"]}, "Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")

    assert hours.is_open(on, datetime(2026, 6, 9, 0, 0, tzinfo=berlin))
    assert hours.add_working(on, datetime(2026, 6, 8, 23, tzinfo=berlin), minutes(120)) == datetime(
        2026, 6, 9, 1, tzinfo=berlin
    )


def test_a_night_is_an_hour_shorter_when_clocks_leap_and_an_hour_longer_when_they_fall_back():
    night = calendar({"sun": ["00:00-06:00"]})

    assert hours.working_between(night, new_york(2026, 3, 8), new_york(2026, 3, 9)) == timedelta(hours=5)
    assert hours.working_between(night, new_york(2026, 11, 1), new_york(2026, 11, 2)) == timedelta(hours=7)


def test_an_opening_that_the_clock_leaps_over_is_the_moment_of_the_leap():
    on = calendar({"sun": ["02:30-05:00"]})

    assert hours.next_open(on, new_york(2026, 3, 8, 1)) == new_york(2026, 3, 8, 3)


def test_a_day_the_calendar_left_out_has_no_hours():
    samoa = ZoneInfo("Pacific/Apia")  # there was no Friday 30 December 2011
    on = calendar({"fri": ["09:00-17:00"]}, "Pacific/Apia")

    assert hours.next_open(on, datetime(2011, 12, 28, tzinfo=samoa)) == datetime(2012, 1, 6, 9, tzinfo=samoa)


def test_time_off_and_holidays_are_looked_past():
    away = ((datetime(2026, 6, 4, 15, tzinfo=UTC), datetime(2026, 6, 8, 15, tzinfo=UTC)),)
    on = calendar(NINE_TO_FIVE, holidays=frozenset([date(2026, 6, 9)]), away=away)

    assert hours.next_open(on, new_york(2026, 6, 4, 10, 59)) == new_york(2026, 6, 4, 10, 59)
    assert hours.next_open(on, new_york(2026, 6, 4, 11)) == new_york(2026, 6, 8, 11)
    assert hours.next_open(on, new_york(2026, 6, 8, 17)) == new_york(2026, 6, 10, 9)


def test_times_off_may_overlap_and_come_in_any_order():
    def june(first, last):
        return datetime(2026, 6, first, tzinfo=UTC), datetime(2026, 6, last, tzinfo=UTC)

    on = calendar(None, away=(june(10, 12), june(2, 8), june(3, 4), june(8, 10)))

    assert hours.next_open(on, datetime(2026, 6, 5, tzinfo=UTC)) == datetime(2026, 6, 12, tzinfo=UTC)
    assert hours.working_between(on, datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 13, tzinfo=UTC)) == timedelta(
        days=2
    )


def test_time_off_counts_from_its_first_instant_up_to_its_last():
    start, end = datetime(2026, 6, 4, tzinfo=UTC), datetime(2026, 6, 5, tzinfo=UTC)
    on = calendar(None, away=((start, end),))

    assert hours.absence(on, start) == "away"
    assert hours.absence(on, end) == ""


def test_a_holiday_is_a_date_where_the_rep_is():
    on = Calendar(parse_week(None, "Pacific/Auckland"), frozenset([date(2026, 2, 6)]))

    assert hours.absence(on, datetime(2026, 2, 5, 12, tzinfo=UTC)) == "holiday"
    assert hours.absence(on, datetime(2026, 2, 6, 12, tzinfo=UTC)) == ""
    assert hours.next_open(on, datetime(2026, 2, 5, 12, tzinfo=UTC)) == datetime(2026, 2, 6, 11, tzinfo=UTC)


def test_who_gave_no_hours_is_always_there():
    assert hours.is_open(ALWAYS, datetime(2026, 12, 25, 3, tzinfo=UTC))
    assert hours.add_working(ALWAYS, datetime(2026, 11, 1, 4, 30, tzinfo=UTC), minutes(60)) == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )


def test_someone_who_does_not_come_back_has_no_next_opening():
    gone = calendar(NINE_TO_FIVE, away=((datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)),))
    at = datetime(2026, 6, 1, tzinfo=UTC)

    assert hours.next_open(gone, at) is None
    assert hours.next_open(Calendar(Week("UTC", ((),) * 7), frozenset()), at) is None
    with pytest.raises(NeverOpen):
        hours.add_working(gone, at, minutes(5))


def test_a_long_leave_within_a_year_is_waited_for():
    leave = ((datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),)

    assert hours.next_open(calendar(None, "UTC", away=leave), datetime(2026, 1, 2, tzinfo=UTC)) == leave[0][1]


def test_working_time_is_never_given_back():
    with pytest.raises(ValueError, match="given back"):
        hours.add_working(ALWAYS, datetime(2026, 1, 1, tzinfo=UTC), minutes(-1))


@pytest.mark.parametrize(
    ("raw", "path", "word"),
    [
        ({"monday": ["09:00-17:00"]}, "hours.monday", "mon, tue"),
        ({"mon": "09:00-17:00"}, "hours.mon", "list"),
        ({"mon": ["9-17"]}, "hours.mon[0]", "09:00-17:00"),
        ({"mon": [917]}, "hours.mon[0]", "09:00-17:00"),
        ({"mon": ["09:00-12:00", "11:59-17:00"]}, "hours.mon[1]", "without overlap"),
        ({"mon": ["13:00-17:00", "09:00-12:00"]}, "hours.mon[1]", "in order"),
        ({"mon": ["22:00-06:00"]}, "hours.mon[0]", "night"),
        ({"mon": ["09:00-09:00"]}, "hours.mon[0]", "ends before"),
        ({"mon": ["09:00-24:01"]}, "hours.mon[0]", "within a day"),
        ({"mon": ["09:60-10:00"]}, "hours.mon[0]", "within a day"),
        ({"mon": ["24:00-24:00"]}, "hours.mon[0]", "within a day"),
        ({}, "hours", "leave them out"),
        ({"mon": []}, "hours", "leave them out"),
        (["09:00-17:00"], "hours", "days"),
    ],
)
def test_bad_hours_are_refused_with_their_path(raw, path, word):
    with pytest.raises(BadHours, match=word) as refused:
        parse_week(raw, "Europe/Berlin")

    assert refused.value.path == path


@pytest.mark.parametrize("zone", ["Berlin", "", "/etc/passwd", "../UTC", "a\0b", None, 1])
def test_an_unknown_zone_is_refused(zone):
    with pytest.raises(BadHours, match="Europe/Berlin"):
        parse_week(None, zone)


def test_hours_are_written_back_as_they_were_read():
    raw = {"mon": ["00:00-06:30", "22:00-24:00"], "sun": ["09:00-12:00"]}

    assert hours.dump_week(parse_week(raw, "UTC")) == raw
    assert hours.dump_week(parse_week(None, "UTC")) is None


def test_public_holidays_are_those_of_the_country_or_its_part():
    assert date(2026, 7, 3) in hours.holidays_of("US")
    assert date(2026, 8, 15) in hours.holidays_of("DE-SL")
    assert date(2026, 8, 15) not in hours.holidays_of("DE")
    assert date(2026, 12, 25) not in hours.holidays_of(None)


def test_the_companys_own_days_come_on_top():
    own = frozenset({date(2026, 12, 24)})

    assert {day for day in (date(2026, 12, day) for day in range(1, 32)) if day in hours.holidays_of("DE-BY", own)} == {
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 26),
    }
    assert date(2026, 12, 24) in hours.holidays_of("", own)
    assert date(2026, 12, 24) not in hours.holidays_of("DE-BY")
    assert date(2026, 3, 31) in hours.holidays_of("US-CA", own)  # Cesar Chavez
    assert hours.holidays_of("DE", own) == hours.holidays_of("DE", frozenset(own))


@pytest.mark.parametrize("code", ["XX", "US-ZZ", "de", "Germany"])
def test_an_unknown_country_has_no_holidays_to_give(code):
    with pytest.raises(BadHours, match="DE or US-CA"):
        hours.holidays_of(code)


# Half-hour leaps, leaps at midnight and at 00:01, a day left out, two hours at once: each broke somebody's calendar.
LEAPS = {
    "America/New_York": [datetime(2026, 3, 8, 7), datetime(2026, 11, 1, 6)],
    "America/Havana": [datetime(2026, 3, 8, 5), datetime(2026, 11, 1, 5)],
    "America/Sao_Paulo": [datetime(2018, 11, 4, 3), datetime(2019, 2, 17, 2)],
    "America/St_Johns": [datetime(2010, 3, 14, 3, 31), datetime(2010, 11, 7, 2, 31)],
    "Africa/Cairo": [datetime(2026, 4, 23, 22), datetime(2026, 10, 29, 21)],
    "Antarctica/Troll": [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1)],
    "Asia/Kathmandu": [datetime(2026, 1, 1)],
    "Australia/Lord_Howe": [datetime(2026, 4, 4, 15), datetime(2026, 10, 3, 15, 30)],
    "Europe/Berlin": [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1)],
    "Pacific/Apia": [datetime(2011, 12, 30, 10)],
    "UTC": [datetime(2026, 1, 1)],
}
HALF_HOURS = [0, 1, 2, 3, 4, 5, 6, 7, 18, 24, 26, 34, 44, 45, 46, 47, 48]  # most around the leaps
DURATIONS = st.timedeltas(timedelta(0), timedelta(hours=60))


@st.composite
def places_and_instants(draw):
    zone = draw(st.sampled_from(sorted(LEAPS)))
    near_a_leap = st.builds(
        lambda leap, minute: leap.replace(tzinfo=UTC) + timedelta(minutes=minute),
        st.sampled_from(LEAPS[zone]),
        st.integers(-90, 90) | st.integers(-26 * 60, 26 * 60),
    )
    any_time = st.datetimes(datetime(2005, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
    return zone, draw(st.one_of(near_a_leap, near_a_leap, any_time))


@st.composite
def days(draw):
    marks = sorted(draw(st.lists(st.sampled_from(HALF_HOURS), max_size=6, unique=True)))
    return tuple((start * 30, end * 30) for start, end in zip(marks[::2], marks[1::2], strict=False))


WEEKS = st.none() | st.tuples(*[days()] * 7)


@st.composite
def calendars_and_starts(draw):
    zone, start = draw(places_and_instants())
    near = st.integers(0, 20).map(lambda days: start.date() + timedelta(days=days))
    spans = st.tuples(st.integers(-200, 600), st.integers(1, 300))
    away = tuple(
        (start + timedelta(hours=first), start + timedelta(hours=first + length))
        for first, length in draw(st.lists(spans, max_size=3))
    )
    return Calendar(Week(zone, draw(WEEKS)), frozenset(draw(st.lists(near, max_size=4))), away), start


@given(calendars_and_starts(), DURATIONS, DURATIONS)
def test_working_time_adds_up(case, first, second):
    on, start = case
    try:
        at_once = hours.add_working(on, start, first + second)
    except NeverOpen:
        return

    assert hours.add_working(on, hours.add_working(on, start, first), second) == at_once


@given(calendars_and_starts(), DURATIONS)
def test_a_deadline_lies_in_working_hours_and_leaves_exactly_the_promised_time(case, duration):
    on, start = case
    try:
        due = hours.add_working(on, start, duration)
    except NeverOpen:
        return

    assert due >= start
    assert hours.is_open(on, due)
    assert hours.working_between(on, start, due) == duration


@given(calendars_and_starts(), st.lists(st.floats(0, 1, exclude_max=True), max_size=20))
def test_the_next_opening_is_open_and_nothing_is_open_before_it(case, shares):
    on, at = case
    opens = hours.next_open(on, at)
    until = opens or at + hours.HORIZON
    between = [at + (until - at) * share for share in shares]

    assert opens is None or (opens >= at and hours.is_open(on, opens))
    assert not any(hours.is_open(on, moment) for moment in between if moment < until)


@given(calendars_and_starts())
def test_being_open_and_working_are_the_same(case):
    on, at = case
    a_moment = timedelta(microseconds=1)

    assert hours.is_open(on, at) == (hours.working_between(on, at, at + a_moment) == a_moment)


def test_where_clocks_go_back_over_midnight_the_evening_is_not_worked_twice():
    late = Week("America/St_Johns", (((22 * 60, 1440),),) * 7)  # 00:01 became 23:01 again

    evening = [datetime(2010, 11, 7, 0, 30, tzinfo=UTC), datetime(2010, 11, 7, 3, 30, tzinfo=UTC)]

    assert hours.working_between(Calendar(late, frozenset()), *evening) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("start", "minutes", "fits", "until"),
    [
        (datetime(2026, 6, 3, 9, 30, tzinfo=UTC), 149, True, datetime(2026, 6, 3, 12, tzinfo=UTC)),
        (datetime(2026, 6, 3, 9, 30, tzinfo=UTC), 150, False, datetime(2026, 6, 3, 12, tzinfo=UTC)),
        (datetime(2026, 6, 3, 12, 30, tzinfo=UTC), 1, False, None),
        (datetime(2026, 6, 3, 17, 0, tzinfo=UTC), 1, False, None),
    ],
)
def test_a_shift_ends_with_the_break(start, minutes, fits, until):
    office = Calendar(parse_week({"wed": ["09:00-12:00", "13:00-17:00"]}, "UTC"), frozenset())

    assert hours.is_open_for(office, start, timedelta(minutes=minutes)) is fits
    assert hours.closes(office, start) == until


def test_who_is_always_there_has_no_shift_that_ends():
    assert hours.closes(ALWAYS, datetime(2026, 6, 3, tzinfo=UTC)) is None
    assert hours.is_open_for(ALWAYS, datetime(2026, 6, 3, tzinfo=UTC), timedelta(days=20))


def test_a_shift_over_midnight_is_one():
    nights = Calendar(parse_week({"wed": ["20:00-24:00"], "thu": ["00:00-06:00"]}, "UTC"), frozenset())

    assert hours.closes(nights, datetime(2026, 6, 3, 22, tzinfo=UTC)) == datetime(2026, 6, 4, 6, tzinfo=UTC)
