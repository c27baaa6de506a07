"""What is promised of any score model: nothing is lost between what is in force, the form and the file."""

import json
from datetime import UTC, datetime

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from leads import scoring
from leads.configuration import score_model, worlds, yaml_text
from leads.configuration.parts import EMPTY
from leads.configuration.read import read
from leads.pages import score_draft
from leads.pages.scoring import scale

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
WORLD = worlds.build_world(EMPTY)
TESTS = st.one_of(
    st.builds(lambda n: {"field": "employees", "op": "gte", "value": n}, st.integers(0, 10**6)),
    st.builds(
        lambda text: {"field": "title", "op": "contains", "value": text}, st.text('aä 日"\\{}', min_size=1)
    ).filter(lambda test: test["value"].strip()),
    st.just({"field": "email", "op": "is_present"}),
    st.just({"field": "country", "op": "in", "value": ["DE", "FR"], "if_blank": True}),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
POINTS = st.integers(-500, 500)
RULES = st.lists(
    st.builds(
        lambda name, when, points: {"name": name, "when": when, "points": points},
        st.sampled_from(["Large", "Décide", "Two words"]),
        CONDITIONS,
        POINTS,
    ),
    max_size=5,
)
MODELS = st.builds(
    lambda threshold, intents, track, rules, grades: {
        "threshold": threshold,
        "skip_score_for": intents,
        "track": track,
        "rules": rules,
        "grades": grades,
    },
    POINTS,
    st.lists(st.sampled_from(["demo", "pricing", "trial", "on site"]), unique=True),
    st.sampled_from(["nurture", "later"]),
    RULES,
    st.lists(POINTS, unique=True, max_size=5).map(lambda least: dict(zip("ABCDE", least, strict=False))),
)


def form_of(draft: score_draft.Draft) -> QueryDict:
    """What a browser sends of this draft."""
    data = QueryDict(mutable=True)
    data["over"], data["threshold"], data["intents"] = str(draft.over), draft.threshold, draft.intents
    data["track"], data["note"] = draft.track, draft.note
    for name in ("name", "points", "when"):
        data.setlist(name, [getattr(row, name) for row in draft.rows])
    data.setlist("grade", [grade.name for grade in draft.grades])
    data.setlist("least", [grade.least for grade in draft.grades])
    return data


@given(MODELS)
def test_a_model_comes_out_of_the_form_as_it_went_in(given_model) -> None:
    model = score_draft.model_of(score_draft.of_model(given_model, 3), WORLD)

    draft = score_draft.of_form(form_of(score_draft.of_model(model, 3)))

    assert score_draft.model_of(draft, WORLD) == model
    assert draft.over == 3


@given(MODELS)
def test_a_model_in_a_file_is_the_same_when_it_is_read_and_written_again(given_model) -> None:
    text = yaml_text.dump({"version": 1, "scoring": given_model})

    first = dict(read(text).configuration.scoring[0].document)
    again = dict(read(yaml_text.dump({"version": 1, "scoring": first})).configuration.scoring[0].document)

    assert yaml_text.dump(again) == yaml_text.dump(first)
    assert score_model.gate_of(again) == score_model.gate_of(given_model)


@given(CONDITIONS)
def test_a_condition_is_shown_as_what_it_is(when) -> None:
    assert json.loads(score_draft.as_text(when)) == when


@given(MODELS, st.integers(0, 10**6))
def test_a_score_is_the_sum_of_its_parts_and_stands_on_the_scale(given_model, employees) -> None:
    model = score_draft.model_of(score_draft.of_model(given_model, 0), WORLD)
    card = score_model.card_of(model, WORLD.vocabulary)

    points = scoring.points_of(card, {"employees": employees}, WORLD.setting(NOON))

    shown = scale(score_model.with_defaults(model), None)
    assert (points.score or 0) == sum(added for _, added in points.parts)
    if shown is not None and points.score is not None:
        assert shown.least <= points.score <= shown.most
        assert abs(sum(band.width for band in shown.bands) - (100 if shown.most > shown.least else 0)) < 0.01
        assert 0 <= (shown.threshold or 0) <= 100
