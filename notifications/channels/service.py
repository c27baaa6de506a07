"""SMS and push through Apprise, which knows how each service wants to be asked.

Only services are let in whose addresses are fixed in Apprise, and `json(s)://` to an origin that the operator named.
The plugins are imported one by one: Apprise's own list would load more than a hundred. Apprise answers yes or no and
says the status in its log alone, together with numbers and tokens; so its log is heard here and goes nowhere else.
"""

from __future__ import annotations

import logging
import os
import queue
import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from apprise import AppriseAsset
from apprise.plugins.bulksms import NotifyBulkSMS
from apprise.plugins.clicksend import NotifyClickSend
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.fortysixelks import Notify46Elks
from apprise.plugins.messagebird import NotifyMessageBird
from apprise.plugins.ntfy import NotifyNtfy
from apprise.plugins.plivo import NotifyPlivo
from apprise.plugins.pushbullet import NotifyPushBullet
from apprise.plugins.pushover import NotifyPushover
from apprise.plugins.seven import NotifySeven
from apprise.plugins.sinch import NotifySinch
from apprise.plugins.telnyx import NotifyTelnyx
from apprise.plugins.twilio import NotifyTwilio
from apprise.plugins.vonage import NotifyVonage
from django.conf import settings as site

from notifications.channels.protocol import Message, NotSent, Sent, Settings
from outgoing.addresses import Refused, target_of
from outgoing.secrets import SECRET, filled

# scheme: the plugin, and the host for which a secret in its URL must be meant.
SERVICES: Mapping[str, tuple[Any, str]] = {
    "twilio": (NotifyTwilio, "api.twilio.com"),
    "vonage": (NotifyVonage, "rest.nexmo.com"),
    "msgbird": (NotifyMessageBird, "rest.messagebird.com"),
    "clicksend": (NotifyClickSend, "rest.clicksend.com"),
    "plivo": (NotifyPlivo, "api.plivo.com"),
    "sinch": (NotifySinch, "us.sms.api.sinch.com"),
    "telnyx": (NotifyTelnyx, "api.telnyx.com"),
    "bulksms": (NotifyBulkSMS, "api.bulksms.com"),
    "elks": (Notify46Elks, "api.46elks.com"),
    "seven": (NotifySeven, "gateway.seven.io"),
    "pover": (NotifyPushover, "api.pushover.net"),
    "pbul": (NotifyPushBullet, "api.pushbullet.com"),
    "ntfy": (NotifyNtfy, "ntfy.sh"),
}
NAMED_HOSTS = {"json": "http", "jsons": "https"}
# How a message looks, and nothing of where it goes or what of it is checked.
LOOKS = {"priority", "sound", "tags"}
OPEN = ("ntfy://", "json://", "jsons://")  # need no key
PUSH = ("pover", "pbul", "ntfy", *NAMED_HOSTS)
# Whatever else a URL could be told by an address, such as a second address or another path, is none.
NUMBER, NAME = re.compile(r"\+?[1-9][0-9]{5,14}"), re.compile(r"\+?[A-Za-z0-9][A-Za-z0-9_.@:-]{0,199}")
TO = "{to}"
PUSHED = (NotifyPushover, NotifyPushBullet, NotifyNtfy, NotifyJSON)
LONGEST_SMS = 459  # three parts
TOGETHER_S = 10.0
STATUS = re.compile(r"error=(\d{3})")
ASSET = AppriseAsset(http_redirects=False, app_id="Switchyard", app_desc="Switchyard", app_url="")


class Heard(logging.Handler):
    """Keeps, for each thread, the last status that Apprise spoke of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.here = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        if found := STATUS.search(record.getMessage()):
            self.here.status = int(found[1])


HEARD = Heard()
_log = logging.getLogger("apprise")
_log.propagate = False
_log.setLevel(logging.WARNING)
_log.handlers[:] = [HEARD]


def send(message: Message, settings: Settings) -> Sent:
    """Hand it to the service, in ten seconds at most; a thread that hangs longer is left behind."""
    plugin = _plugin(str(settings.get("url", "")), message.to)
    if not len(plugin):
        raise NotSent("This person's address is none that the service knows.", permanent=True)
    answers: queue.Queue[tuple[bool, int | None]] = queue.Queue()
    body = _body(message, None if isinstance(plugin, PUSHED) else LONGEST_SMS)

    def ask() -> None:
        HEARD.here.status = None
        taken = plugin.notify(body=body, title=message.subject if plugin.title_maxlen else "")
        answers.put((bool(taken), HEARD.here.status))

    threading.Thread(target=ask, name="service", daemon=True).start()
    try:
        taken, status = answers.get(timeout=TOGETHER_S)
    except queue.Empty:
        raise NotSent("It did not answer in time.") from None
    if not taken:
        raise _refusal(status)
    return Sent()


def problems(settings: Settings) -> list[tuple[str, str]]:
    url = settings.get("url")
    if not isinstance(url, str) or not url.strip():
        return [("url", "Write the service’s URL, such as twilio://${SWITCHYARD_SECRET_TWILIO}@+15550100/{to}.")]
    try:
        _plugin(url, "+15550101234")
    except NotSent as wrong:
        return [("url", wrong.problem)]
    has_password = (urlsplit(url.strip()).password or "") not in ("", TO)
    if (has_password or not url.strip().startswith(OPEN)) and not SECRET.search(url):
        return [("url", "Keep the service’s key on the server, and write ${SWITCHYARD_SECRET_…} in its place.")]
    return []


def _body(message: Message, longest: int | None) -> str:
    """The text with its link, which is always whole. An SMS is paid for by its length, and a lead may say anything."""
    link = message.accept or message.link
    behind = f"\n{link}" if link else ""
    return message.text[: None if longest is None else max(0, longest - len(behind))] + behind


def _refusal(status: int | None) -> NotSent:
    if status is None:
        return NotSent("The service did not take it, or could not be reached.")
    passing = status in (408, 425, 429) or status >= 500
    return NotSent(f"The service answered {status}.", status=status, permanent=not passing)


def _plugin(template: str, to: str) -> Any:
    """The service as this URL describes it, for this address. What is said of a URL holds nothing of its secrets."""
    template = template.strip()
    try:
        parts = urlsplit(template)
        port = parts.port
    except ValueError:
        raise NotSent("This is no URL.") from None
    looks = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if not LOOKS.issuperset(looks) or ";" in parts.query or parts.fragment:
        raise NotSent(f"After the question mark only {', '.join(sorted(LOOKS))} can stand.")
    try:
        plugin_class, host = _service(parts.scheme, parts.hostname or "", port)
        url = filled(template, host, os.environ)
    except Refused as refused:
        raise NotSent(str(refused)) from None
    plugin = _built(plugin_class, url.replace(TO, _person(to, parts.scheme)) if TO in template else url)
    # Apprise reads URLs in a way of its own: what counts is where it would go, with the secrets that were filled in.
    if isinstance(plugin, NotifyJSON) and (plugin.host.lower(), plugin.port) != (host, port):
        raise NotSent("This is no URL.")
    return plugin


def _person(to: str, scheme: str) -> str:
    """The address as one part of the URL: a number for an SMS, a name for a push."""
    plain = to.strip() if scheme in PUSH else re.sub(r"[ ()./-]", "", to)
    if not (NAME if scheme in PUSH else NUMBER).fullmatch(plain):
        raise NotSent("This person's address is none that the service knows.", permanent=True)
    return quote(plain, safe="")


def _service(scheme: str, host: str, port: int | None) -> tuple[Any, str]:
    if scheme in SERVICES:
        return SERVICES[scheme]
    if scheme not in NAMED_HOSTS:
        known = ", ".join(f"{name}://" for name in (*SERVICES, *NAMED_HOSTS))
        raise Refused(f"This service is not known here. What is: {known}.")
    origin = f"{NAMED_HOSTS[scheme]}://{host}{f':{port}' if port else ''}"
    if SECRET.search(host) or not host or not target_of(origin, site.OUTGOING_ALLOW).believed:
        raise Refused("With json:// only hosts are asked that the operator named in OUTGOING_ALLOW.")
    return NotifyJSON, host


def _built(plugin_class: Any, url: str) -> Any:
    try:
        described = plugin_class.parse_url(url)
        plugin = plugin_class(asset=ASSET, **described) if described else None
    except (TypeError, ValueError):
        plugin = None
    if plugin is None:
        raise NotSent("The service does not understand this URL: look how Apprise writes it.")
    if isinstance(plugin, NotifyNtfy) and plugin.mode != "cloud":
        raise NotSent("Only ntfy.sh itself is asked: write ntfy://{to}.")
    return plugin
