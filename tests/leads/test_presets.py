"""Known senders: their real bodies become the right leads or say why not; anything else in their name is harmless."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leads.bodies import parse_body
from leads.mapping import NOBODY, compile_reading, event_id, read
from leads.normalise import normalise
from leads.presets import PRESETS, as_id, preset_named
from leads.presets.labels import fact_of

PAYLOADS = Path(__file__).parent / "payloads"
FORM = "application/x-www-form-urlencoded"


def body_of(name):
    raw = (PAYLOADS / name).read_bytes()
    return parse_body("application/json" if name.endswith(".json") else FORM, raw)


def leads_in(preset, body):
    """The facts of each item, without those that are worked out from others; or its problem."""
    items = read(compile_reading(preset=preset), body)
    return [item.problem or facts_of(item.raw) for item in items]


def facts_of(raw):
    read = normalise(raw)
    of_addresses = {"email_domain", "is_free_email", "is_disposable_email", "is_role_email", "website_domain"}
    return {name: fact for name, fact in read.facts.items() if name not in read.origins.keys() | of_addresses}


@pytest.mark.parametrize(
    ("preset", "payload", "facts"),
    [
        ("typeform", "typeform_form_response_full.json", {"email": "laura@example.com", "first_name": "Laura"}),
        ("hubspot_form", "hubspot_form_submission_item.json", {"email": "test@sample.com"}),
        (
            "meta_lead",
            "facebook_lead_retrieval_flat_field_data.json",
            {"email": "user@example.com", "first_name": "John", "last_name": "Doe", "phone": "+1234567890"},
        ),
        (
            "google_ads",
            "google_ads_lead_form_webhook.json",
            {
                "email": "test@example.com",
                "first_name": "FirstName",
                "last_name": "LastName",
                "phone": "+16505550123",
                "postal_code": "94043",
                "product_interest": ("Roofing",),
                "campaign": "991214827",
                "tags": ("test",),
            },
        ),
        (
            "linkedin",
            "linkedin_lead_form_response_retrieval.json",
            {
                "email": "john.smith@company.com",
                "first_name": "John",
                "last_name": "Smith",
                "campaign": "367378525",
            },
        ),
        (
            "segment",
            "segment_identify.json",
            {
                "email": "peter@example.com",
                "first_name": "Peter",
                "last_name": "Gibbons",
                "city": "San Francisco",
                "state": "CA",
                "postal_code": "94103",
                "country": "US",
            },
        ),
        (
            "webflow",
            "webflow_form_submission.json",
            {
                "email": "zaphod@heartofgold.ai",
                "first_name": "Zaphod",
                "last_name": "Beeblebrox",
                "phone": "+15550000000",
            },
        ),
        ("jotform", "jotform_submission_as_fields.json", {"first_name": "Britney", "company": "a"}),
        (
            "tally",
            "tally_form_response.json",
            {"email": "john@company.com", "first_name": "John", "last_name": "Doe", "phone": "+1234567890"},
        ),
        (
            "salesforce_web_to_lead",
            "salesforce_web_to_lead_body.txt",
            {
                "email": "ana.oconnor@example.com",
                "first_name": "Ana María",
                "last_name": "O'Connor-Núñez",
                "company": "Müller & Söhne GmbH",
                "phone": "+9611123123",
                "city": "Beirut",
                "country": "LB",
                "campaign": "701000000000000",
            },
        ),
    ],
)
def test_a_real_body_gives_the_right_lead(preset, payload, facts):
    assert leads_in(preset, body_of(payload)) == [facts]


@pytest.mark.parametrize(
    ("preset", "payload", "words"),
    [
        ("typeform", "typeform_form_response_minimal.json", [NOBODY]),
        ("hubspot_form", "hubspot_webhook_contact_creation_batch.json", ["fetched from HubSpot (object 106314056576)"]),
        (
            "meta_lead",
            "facebook_leadgen_webhook_batched.json",
            ["fetched from Meta (lead 123123123123)", "fetched from Meta (lead 123123123124)"],
        ),
        ("segment", "segment_track.json", ["This track call carries no traits"]),
        (
            "calendly",
            "calendly_routing_form_submission_created_webhook.json",
            ["fetched from Calendly (https://api.calendly.com/scheduled_events/EV001/invitees/INV001)"],
        ),
    ],
)
def test_a_real_body_that_names_nobody_says_why(preset, payload, words):
    problems = leads_in(preset, body_of(payload))

    assert [word in problem for word, problem in zip(words, problems, strict=True)] == [True] * len(words)


@pytest.mark.parametrize(
    ("preset", "payload", "name"),
    [
        ("typeform", "typeform_form_response_full.json", "LtWXD3crgy"),
        ("typeform", "typeform_form_response_minimal.json", "9q3v9bp5alonta6239q3q1rfly2c2ukh"),
        ("hubspot_form", "hubspot_webhook_contact_creation_batch.json", "3400564480"),
        ("hubspot_form", "hubspot_form_submission_item.json", ""),
        ("meta_lead", "facebook_lead_retrieval_flat_field_data.json", "123456789"),
        ("meta_lead", "facebook_leadgen_webhook_batched.json", "123123123123,123123123124"),
        ("linkedin", "linkedin_lead_form_response_retrieval.json", "aaaabbbb-0000-cccc-1111-dddd2222eeee-5"),
        ("segment", "segment_identify.json", "022bb90c-bbac-11e4-8dfc-aa07a5b093db"),
        ("webflow", "webflow_form_submission.json", "6321ca84df3949bfc6752327"),
        ("jotform", "jotform_submission_as_fields.json", "3835009994173346677"),
        ("tally", "tally_form_response.json", "02ee4066-93f1-446b-8115-259577c22366"),
        (
            "calendly",
            "calendly_routing_form_submission_created_webhook.json",
            "https://api.calendly.com/routing_form_submissions/SUBMISSION001",
        ),
        ("salesforce_web_to_lead", "salesforce_web_to_lead_body.txt", ""),
    ],
)
def test_a_delivery_is_known_by_its_senders_id(preset, payload, name):
    assert event_id(compile_reading(preset=preset), body_of(payload)) == name


def test_jotform_is_read_from_multipart():
    fields = json.loads((PAYLOADS / "jotform_submission_as_fields.json").read_text())
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    raw = "".join([*parts, "--x--\r\n"]).encode()

    body = parse_body("multipart/form-data; boundary=x", raw)

    assert leads_in("jotform", body) == [{"first_name": "Britney", "company": "a"}]


def test_jotform_takes_names_phones_and_addresses_apart():
    raw = {
        "q3_fullName3": {"first": "Ada", "last": "King"},
        "q4_email4": "ada@example.com",
        "q5_phoneNumber": {"full": "+49 30 1234567"},
        "q6_address6": {"addr_line1": "A 1", "city": "Berlin", "state": "BE", "postal": "10115", "country": "Germany"},
    }

    assert leads_in("jotform", {"rawRequest": json.dumps(raw)}) == [
        {
            "first_name": "Ada",
            "last_name": "King",
            "email": "ada@example.com",
            "phone": "+49301234567",
            "city": "Berlin",
            "state": "BE",
            "postal_code": "10115",
            "country": "DE",
        }
    ]


def test_jotform_says_when_its_answers_are_not_json():
    assert "rawRequest are not JSON" in leads_in("jotform", {"rawRequest": "{", "submissionID": "1"})[0]


def test_an_e_mail_is_what_the_sender_calls_one_before_what_a_label_says():
    answers = [
        {"type": "text", "text": "never", "field": {"id": "a"}},
        {"type": "email", "email": "ada@example.com", "field": {"id": "b"}},
    ]
    fields = [{"id": "a", "title": "May we send you e-mail?"}, {"id": "b", "title": "Where can we reach you?"}]
    body = {"form_response": {"answers": answers, "definition": {"fields": fields}}}

    assert leads_in("typeform", body) == [{"email": "ada@example.com"}]


def test_typeform_groups_hidden_fields_and_choices_are_read():
    body = {
        "form_response": {
            "hidden": {"utm_campaign": "spring", "company": "Hidden Ltd"},
            "definition": {
                "fields": [
                    {"id": "g", "type": "group", "properties": {"fields": [{"id": "c", "title": "Company"}]}},
                    {"id": "s", "title": "Company size"},
                    {"id": "p", "title": "Which product are you interested in?"},
                ]
            },
            "answers": [
                {"type": "text", "text": "Acme", "field": {"id": "c"}},
                {"type": "choice", "choice": {"label": "51-200"}, "field": {"id": "s"}},
                {"type": "choices", "choices": {"labels": ["CRM", "ERP"], "other": "BI"}, "field": {"id": "p"}},
                {"type": "phone_number", "phone_number": "+4930123456", "field": {"id": "x"}},
            ],
        }
    }

    assert leads_in("typeform", body) == [
        {
            "campaign": "spring",
            "company": "Acme",
            "employees": 51,
            "product_interest": ("CRM", "ERP", "BI"),
            "phone": "+4930123456",
        }
    ]


def test_a_choice_in_tally_is_its_text():
    field = {
        "label": "Company size",
        "type": "DROPDOWN",
        "value": ["id-2"],
        "options": [{"id": "id-1", "text": "1-50"}, {"id": "id-2", "text": "51-200"}],
    }
    mail = {"label": "Mail", "type": "INPUT_EMAIL", "value": "a@example.com"}

    assert leads_in("tally", {"data": {"fields": [field, mail]}}) == [{"email": "a@example.com", "employees": 51}]


def test_hubspot_is_read_in_all_its_shapes():
    ada = {"email": "ada@example.com", "first_name": "Ada"}

    by_fields = {"fields": [{"name": "0-1/email", "value": "ada@example.com"}, {"name": "firstname", "value": "Ada"}]}
    by_property = {"properties": {"email": {"value": "ada@example.com"}, "firstname": {"value": "Ada"}}}

    assert leads_in("hubspot", by_fields) == leads_in("hubspot-form", by_property) == [ada]


def test_linkedin_is_read_in_both_shapes():
    def answer(holder):
        return {"name": "email", holder: {"textQuestionAnswer": {"answer": "ada@example.com"}}}

    old, new = ({"formResponse": {"answers": [answer(holder)]}} for holder in ("accepted", "answerDetails"))

    assert leads_in("linkedin", [old, new]) == [{"email": "ada@example.com"}] * 2


def test_a_test_lead_of_linkedin_is_tagged():
    item = {"testLead": True, "formResponse": {"answers": [{"name": "email", "accepted": "a@example.com"}]}}

    assert leads_in("linkedin", item) == [{"email": "a@example.com", "tags": ("test",)}]


def test_the_address_at_work_comes_first_in_google_ads():
    columns = [
        {"column_id": "EMAIL", "string_value": "ada@gmail.com"},
        {"column_id": "WORK_EMAIL", "string_value": "ada@acme.com"},
    ]

    assert leads_in("google-ads", {"user_column_data": columns}) == [{"email": "ada@acme.com"}]


def test_a_company_in_segment_may_be_an_object():
    traits = {"email": "ada@acme.com", "company": {"name": "Acme", "employee_count": 120, "industry": "Steel"}}

    assert leads_in("segment", {"type": "identify", "traits": traits}) == [
        {"email": "ada@acme.com", "company": "Acme", "employees": 120, "industry": "Steel"}
    ]


def test_the_title_of_a_page_is_nobodys_job():
    track = {
        "type": "track",
        "properties": {"title": "Pricing", "email": "ada@acme.com"},
        "context": {"campaign": {"name": "spring"}},
    }

    assert leads_in("segment", track) == [{"email": "ada@acme.com", "campaign": "spring"}]


def test_a_booked_meeting_is_a_lead_and_a_cancelled_one_is_not():
    payload = {"email": "ada@acme.com", "name": "Ada King", "uri": "u1"}
    booked, cancelled = ({"event": f"invitee.{what}", "payload": payload} for what in ("created", "canceled"))
    reading = compile_reading(preset="calendly")

    assert leads_in("calendly", booked) == [{"email": "ada@acme.com", "first_name": "Ada", "last_name": "King"}]
    assert "cancelled" in leads_in("calendly", cancelled)[0]
    assert event_id(reading, booked) != event_id(reading, cancelled)


@pytest.mark.parametrize(
    "body",
    [
        {
            "firstName": "Ada",
            "lastName": "King",
            "Email": "ada@acme.com",
            "organisation": "Acme",
            "mobile": "+4930123456",
        },
        {
            "first_name": "Ada",
            "Last Name": "King",
            "e-mail": "ada@acme.com",
            "Company Name": "Acme",
            "Phone Number": "+4930123456",
        },
        {
            "contact[vorname]": "Ada",
            "contact[nachname]": "King",
            "contact[e-mail-adresse]": "ada@acme.com",
            "firma": "Acme",
            "telefon": "+4930123456",
        },
        {
            "name": {"first": "Ada", "last": "King"},
            "email": "ada@acme.com",
            "company": {"name": "Acme"},
            "phone": {"full": "+4930123456"},
        },
        {
            "form": "demo",
            "data": {"name": "Ada King", "mail": "ada@acme.com", "org": "Acme", "tel": "+4930123456"},
        },
        {
            "fields": [
                {"label": "Your full name *", "value": "Ada King"},
                {"label": "Work e-mail", "value": "ada@acme.com"},
                {"label": "Company", "value": "Acme"},
                {"label": "Phone", "values": ["+4930123456"]},
            ]
        },
    ],
)
def test_anybodys_json_is_read_in_common_spellings(body):
    assert leads_in("generic", body) == [
        {
            "first_name": "Ada",
            "last_name": "King",
            "email": "ada@acme.com",
            "company": "Acme",
            "phone": "+4930123456",
        }
    ]


def test_the_admins_own_fields_are_taken_along():
    (item,) = read(compile_reading(), {"email": "a@x.com", "custom": {"budget": "5k"}, "custom.seats": 3})

    assert item.raw == {"email": "a@x.com", "custom.budget": "5k", "custom.seats": 3}


@pytest.mark.parametrize(
    "field",
    [
        *[
            "score",
            "grade",
            "priority",
            "segment",
            "territory",
            "received_at",
            "owner_id",
            "status",
            "id",
            "pk",
            "team",
        ],
        *["account.owner", "time.hour", "signal.visits", "is_free_email", "email_domain", "source", "__proto__"],
    ],
)
def test_a_sender_cannot_write_what_is_ours_to_say(field):
    assert leads_in("generic", {"email": "a@x.com", field: "1"}) == [{"email": "a@x.com"}]


def test_a_list_where_one_value_belongs_is_left_for_people_to_look_at():
    (item,) = read(compile_reading(), {"company": "Acme", "email": ["a@x.com"], "country": ["US"]})

    assert normalise(item.raw).facts == {"company": "Acme"}
    assert normalise(item.raw).set_aside == {"email": ["a@x.com"], "country": ["US"]}


def test_an_owners_address_is_not_taken_for_the_leads():
    assert leads_in("generic", {"page_owner": "boss@vendor.com", "utm": {"x": 1}}) == [NOBODY]


@pytest.mark.parametrize(
    ("label", "fact"),
    [
        *[("Email", "email"), ("e-mail", "email"), ("Work Email*", "email"), ("What's your email address?", "email")],
        *[("E-Mail-Adresse", "email"), ("Adresse e-mail", "email"), ("Correo electrónico", "email")],
        *[("メールアドレス", "email"), ("邮箱", "email"), ("emailAddress", "email"), ("EMAIL", "email")],
        *[("What is your first name?", "first_name"), ("Prénom", "first_name"), ("Vorname", "first_name")],
        *[("Please enter your full name", "name"), ("Name", "name"), ("contact_name", "name")],
        *[("How can we help?", "message"), ("Number of employees", "employees"), ("jobTitle", "title")],
        *[("ZIP / Postal Code", "postal_code"), ("Land", "country"), ("Handynummer", "phone")],
        ("Business name", "company"),
    ],
)
def test_sure_labels_are_understood(label, fact):
    assert fact_of(label) == fact


@pytest.mark.parametrize(
    "label",
    [
        *["How did you hear about our company?", "Does this venue use the same ISM?", "Venue Name", "Form name"],
        *["May we contact you by e-mail?", "Which of these cities is your favorite?", "Email opt-in", "page_id", ""],
        *["Are you a customer?", "What's it like where you live?", "status", "x" * 5000],
    ],
)
def test_a_label_that_is_not_sure_means_nothing(label):
    assert fact_of(label) == ""


@pytest.mark.parametrize(
    ("name", "preset"),
    [
        *[("hubspot-form", "hubspot_form"), ("Google-Ads", "google_ads"), ("facebook", "meta_lead")],
        *[("salesforce-web-to-lead", "salesforce_web_to_lead"), ("", "generic")],
    ],
)
def test_presets_go_by_several_names(name, preset):
    assert preset_named(name) is PRESETS[preset]


def test_an_id_is_never_too_long_to_keep():
    assert as_id(" 42 ") == as_id(42) == "42"
    assert as_id(True) == as_id(None) == as_id({}) == as_id(1.5) == ""
    assert len(as_id("x" * 5000)) < 100
    assert as_id("x" * 5000) != as_id("x" * 5001)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.parametrize("preset", PRESETS)
@given(body=JSON)
@example(body={"entry": [{"changes": [{"value": None}]}]})
@example(body=[[]])
def test_no_body_breaks_a_preset(preset, body):
    reading = compile_reading(preset=preset)

    assert all(normalise(item.raw) for item in read(reading, body))
    assert isinstance(event_id(reading, body), str)


@st.composite
def spoilt_payloads(draw):
    """A real body in which something, somewhere, is not what it should be."""
    name = draw(st.sampled_from(sorted(path.name for path in PAYLOADS.glob("*.json"))))
    body = json.loads((PAYLOADS / name).read_text())
    place = body
    while isinstance(place, dict | list) and place:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
            place[key] = draw(JSON)
            break
        place = place[key]
    return body


@given(st.sampled_from(sorted(PRESETS)), spoilt_payloads())
def test_no_spoilt_body_breaks_a_preset(preset, body):
    reading = compile_reading(preset=preset)

    assert all(normalise(item.raw) for item in read(reading, body))
    assert isinstance(event_id(reading, body), str)
