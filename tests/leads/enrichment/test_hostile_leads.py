"""Leads that were written to lead a provider astray, and paths that would never come to an end."""

import pytest

from leads.enrichment.providers import Plan, ask_of, compile_provider, key_of
from leads.mapping import BadMapping, compile_reading


def card(url, **values):
    return compile_provider(
        Plan(slug="clearview", name="Clearview", url=url, mapping={"industry": "industry"}, **values)
    )


@pytest.mark.parametrize("company", [".", "..", " .. ", "..."])
def test_a_company_of_dots_is_not_asked_about(company):
    assert key_of(card("https://api.example.com/v1/{company}/public"), {"company": company}) == ""


@pytest.mark.parametrize(
    "company",
    [
        "../../admin", "a/b?c=d#e", "x&key=y", "${SWITCHYARD_SECRET_A}", "{email}", "\r\nHost: evil", "@evil.example",
        "%2e%2e", "\u2028", "https://evil.example/",
    ],
)  # fmt: skip
def test_no_value_of_a_lead_leaves_its_place(company):
    provider = card(
        "https://api.example.com/v1/{company}/public",
        method="POST",
        headers={"Authorization": "Bearer ${SWITCHYARD_SECRET_A}"},
        body={"of": "{company}"},
    )

    asked = ask_of(provider, {"company": company})

    path = asked.url.removeprefix("https://api.example.com/v1/").removesuffix("/public")
    assert not set(path) & set("/?#&@{}$\r\n\u2028")
    assert dict(asked.headers)["Authorization"] == "Bearer ${SWITCHYARD_SECRET_A}"


def test_two_questions_never_have_the_same_key():
    provider = card("https://api.example.com/?first={first_name}&last={last_name}&of={company}")
    names = ("first_name", "last_name", "company")
    questions = [("ada|love", "lace", "acme"), ("ada", "love|lace", "acme"), ("ada", "love", "lace|acme")]
    questions += [("ada%7clove", "lace", "acme"), ("a" * 400, "b", "c")]

    keys = {key_of(provider, dict(zip(names, each, strict=True))) for each in questions}

    assert len(keys) == len(questions)
    alone = card("https://api.example.com/?of={company}")
    long = key_of(alone, {"company": "x" * 400})
    assert long.startswith("sha256:")
    assert key_of(alone, {"company": long}) != long


@pytest.mark.parametrize(
    "path",
    [
        "|".join(["[@,@][]"] * 13),
        "[" + ",".join(["@"] * 9) + "][].[" + ",".join(["@"] * 9) + "]",
        "to_string(@)|" + "|".join(["[@,@]|join('',@)"] * 14),
        "map(&[@,@], map(&[@,@], map(&[@,@], map(&[@,@], map(&[@,@], map(&[@,@], map(&[@,@], @)))))))",
    ],
)
def test_a_path_that_multiplies_what_it_is_given_is_refused(path):
    with pytest.raises(BadMapping, match="too many times over"):
        compile_reading(mapping={"email": "email", "custom.x": path})


def test_a_path_that_takes_many_fields_is_none_of_these():
    fields = ", ".join(f"f{n}: a.b{n} || c.d{n}" for n in range(15))

    assert compile_reading(items=f"items[?x > `1`].{{{fields}}}", mapping={"email": "[first, last] | join('.', @)"})
