import pytest
from django.utils import timezone

from leads.configuration import dump, store
from leads.configuration.read import BadConfiguration, read
from leads.enrichment.spans import read_span, write_span
from leads.models import Provider, Source

FILE = """version: 1
enrichment:
  - slug: clearview
    name: Clearview
    url: https://api.clearview.example/v2?domain={domain}
    headers:
      Authorization: Bearer ${SWITCHYARD_SECRET_CLEARVIEW}
    mapping:
      employees: company.size
      industry: company.industry
    ask_if_blank:
      - industry
    timeout: 1s500ms
    cost: 0.05
    keep: 90d
    order: 1
sources:
  - slug: web
    name: Website
    enrich_within: 1s
    reroute_late: true
"""


@pytest.mark.django_db
def test_what_is_loaded_is_what_is_dumped():
    store.load(FILE, now=timezone.now())
    row, source = Provider.objects.get(), Source.objects.get()
    assert (row.timeout_ms, row.keep_s, str(row.cost)) == (1500, 90 * 86400, "0.0500")
    assert (source.enrich_within_ms, source.reroute_late) == (1000, True)

    written = dump.text()
    assert read(written).configuration == read(FILE).configuration
    assert not store.load(written, now=timezone.now())
    assert dump.text() == written


@pytest.mark.django_db
def test_a_provider_that_leaves_the_file_is_gone():
    store.load(FILE, now=timezone.now())

    store.load("version: 1\nenrichment: []\n", now=timezone.now())

    assert not Provider.objects.exists()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("url: https://api.clearview.example/v2?domain={domain}", "url: ftp://x.example/{domain}"), "url"),
        (("{domain}", "{message}"), "url"),
        (("?domain={domain}", ""), "url"),
        (("https://api.", "https://{domain}."), "url"),
        (("SWITCHYARD_SECRET_CLEARVIEW", "DATABASE_URL"), "headers"),
        (("SWITCHYARD_SECRET_CLEARVIEW", "SECRET_KEY"), "headers"),
        (("SWITCHYARD_SECRET_CLEARVIEW", "SWITCHYARD_SECRET_CLEARVIEW_HOST"), "headers"),
        (("Authorization:", "Host:"), "headers"),
        (("Authorization:", "'X\\n':"), "headers"),
        (("employees: company.size", "email: company.size"), "mapping.email"),
        (("employees: company.size", "phone: company.size"), "mapping.phone"),
        (("employees: company.size", "priority: company.size"), "mapping.priority"),
        (("employees: company.size", "account.owner: company.size"), "mapping.account.owner"),
        (("employees: company.size", "custom.unknown: company.size"), "mapping.custom.unknown"),
        (("company.size", "company.["), "mapping.employees"),
        (("1s500ms", "11s"), "timeout"),
        (("1s500ms", "soon"), "timeout"),
        (("cost: 0.05", "cost: -1"), "cost"),
        (("keep: 90d", "keep: 400d"), "keep"),
        (("- industry\n", "- email\n"), "ask_if_blank"),
    ],
)
def test_a_provider_that_cannot_be_asked_is_refused_with_its_path(change, path):
    text = FILE.replace(*change)
    assert text != FILE

    with pytest.raises(BadConfiguration) as refused:
        read(text)

    assert f"enrichment[0].{path}" in [problem.path for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "milliseconds"), [("500ms", 500), ("3s", 3000), ("1m30s", 90_000), ("30d", 2_592_000_000)]
)
def test_a_span_is_written_as_it_is_read(text, milliseconds):
    assert read_span(text) == milliseconds
    assert write_span(milliseconds) == text


@pytest.mark.parametrize("text", ["", "3", "s", "3 s", "-3s", "3s3m"])
def test_what_is_no_span_says_what_would_be_one(text):
    with pytest.raises(ValueError, match="500ms"):
        read_span(text)
