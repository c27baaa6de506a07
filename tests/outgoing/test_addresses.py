import pytest

from outgoing.addresses import Refused, checked, is_public, target_of


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_an_address_of_the_public_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *["127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"],
        *[
            "100.64.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
        ],
        *["::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1", "100::1"],
        *["::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1"],
        *[
            "64:ff9b:1::a9fe:a9fe",
            "2002:7f00:1::1",
            "2002:a9fe:a9fe::1",
            "2001:0:7f00:1::",
            "2001:0:808:808::80ff:fffe",
        ],
        *["192.88.99.1", "::ffff:192.88.99.1", "64:ff9b::c058:6301", "3fff::1"],
        *["2606:2800:220:1:0:5efe:7f00:1", "", "localhost", "8.8.8.8 ", "0177.0.0.1", "2130706433", "127.1"],
    ],
)
def test_every_other_address_is_not_also_when_it_is_hidden_in_another(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *["https://api.example.com/v1?d=acme.com", "https://api.example.com:8443/", "https://8.8.8.8/"],
        "https://[2606:2800:220:1::1]/",
    ],
)
def test_https_on_its_usual_ports_may_be_asked(url):
    assert not target_of(url).believed


@pytest.mark.parametrize(
    "url",
    [
        *[
            "http://api.example.com/",
            "https://api.example.com:22/",
            "https://api.example.com:80/",
            "ftp://example.com/",
        ],
        *["file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com", "", "https://", "https:///x"],
        *["https://user:pw@example.com/", "https://example.com@127.0.0.1/", "https://127.0.0.1/", "https://[::1]/"],
        *["https://localhost/", "https://internal/", "https://2130706433/", "https://0177.0.0.1/", "https://127.1/"],
        *[
            "https://0x7f.1/",
            "https://ⓛocalhost/",
            "https://exämple.com/",
            "https://example.com./",
            "https://a..b.com/",
        ],
        *["https://example.com/\r\nHost: evil", "https://example.com/ x", "https://example.com\\@127.0.0.1/"],
        *[
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1%25eth0]/",
            "https://example.com:443x/",
            "https://exa_mple.com/",
        ],
        "https://example.com/" + "x" * 2_000,
        "https://example.com/{domain}",
    ],
)
def test_anything_else_is_refused_before_a_name_is_looked_up(url):
    with pytest.raises(Refused):
        target_of(url)


def test_one_address_inside_is_enough_to_refuse_a_name():
    assert checked(["8.8.8.8", "8.8.4.4", "8.8.8.8"]) == ["8.8.8.8", "8.8.4.4"]
    with pytest.raises(Refused):
        checked(["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Refused):
        checked([])


def test_an_origin_that_the_operator_named_is_believed_and_no_neighbour_of_it():
    allowed = ("http://127.0.0.1:8099", "https://crm.internal")

    assert target_of("http://127.0.0.1:8099/x", allowed).believed
    assert target_of("https://crm.internal/x", allowed).believed
    for url in (
        "http://127.0.0.1:8098/",
        "https://127.0.0.1:8099/",
        "http://127.0.0.1:8099.evil.com/",
        "http://crm.internal/",
    ):
        with pytest.raises(Refused):
            target_of(url, allowed)
