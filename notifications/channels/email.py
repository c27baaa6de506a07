"""E-mail by SMTP, through the server of the EMAIL_ settings. The Message-ID is the delivery's key, in every repeat."""

from __future__ import annotations

import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr
from functools import cache
from socket import SHUT_RDWR

from django.conf import settings as ours
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from notifications.channels.protocol import Message, NotSent, Sent, Settings

LONGEST_S = 10.0  # of the whole conversation, so that a server which sends a byte a second is cut off too
LONGEST_SUBJECT = 200
READY = 220


def send(message: Message, settings: Settings) -> Sent:
    """Hand it to the mail server. What it says about the one recipient is final; anything else is tried again."""
    if not ours.EMAIL_HOST:
        raise NotSent("The server has no EMAIL_HOST.")
    letter, sender = _letter(message), parseaddr(ours.DEFAULT_FROM_EMAIL)[1]
    try:
        with _conversation() as smtp:
            smtp.sendmail(sender, [message.to], letter)
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        raise _refusal("The mail server refused the recipient", code) from None
    except smtplib.SMTPResponseException as refused:
        # 5xx before the recipient is about us (login, sender): whoever set it up can mend it, so it is tried again.
        about_the_letter = isinstance(refused, smtplib.SMTPDataError)
        raise _refusal("The mail server refused", refused.smtp_code, final=about_the_letter) from None
    except (OSError, smtplib.SMTPException) as failure:  # ssl.SSLError and timeouts are OSErrors
        raise NotSent(f"The mail server could not be reached ({type(failure).__name__}).") from None
    return Sent(250)


def problems(settings: Settings) -> list[tuple[str, str]]:
    """The server is the operator's to name; there is nothing to type in."""
    if not ours.EMAIL_HOST:
        return [("kind", "E-mail needs a server: the operator names it in EMAIL_HOST.")]
    return [("settings", "E-mail has no settings of its own.")] if settings else []


def _refusal(words: str, code: int, *, final: bool = True) -> NotSent:
    return NotSent(f"{words} ({code}).", status=code, permanent=final and code >= 500)


def _letter(message: Message) -> bytes:
    """Plain text, and the same as simple HTML. A header can hold no line break: what has one is put on one line."""
    subject = " ".join(message.subject.split())[:LONGEST_SUBJECT]
    if not message.to or any(mark in message.to for mark in "\r\n,;") or "@" not in message.to:
        raise NotSent("This person has no e-mail address that can be written to.", permanent=True)
    values = {"message": message}
    letter = EmailMultiAlternatives(
        subject,
        render_to_string("notifications/email.txt", values),
        ours.DEFAULT_FROM_EMAIL,
        [message.to],
        headers={"Message-ID": f"<{message.key}@{_domain()}>", "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string("notifications/email.html", values), "text/html")
    return bytes(letter.message().as_bytes(linesep="\r\n"))


def _domain() -> str:
    return parseaddr(ours.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


@contextmanager
def _conversation() -> Iterator[smtplib.SMTP]:
    """A connection to the mail server, signed in; cut off when its time is over."""
    name = _domain()  # said in EHLO: asking the resolver for our own name may take long
    if ours.EMAIL_USE_SSL:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=name, timeout=LONGEST_S, context=_trusted())
    else:
        smtp = smtplib.SMTP(local_hostname=name, timeout=LONGEST_S)
    cut = threading.Timer(LONGEST_S, _cut_off, [smtp])
    cut.daemon = True
    cut.start()
    try:
        smtp._host = ours.EMAIL_HOST  # type: ignore[attr-defined] # for the certificate; `connect` alone leaves it blank
        code, said = smtp.connect(ours.EMAIL_HOST, ours.EMAIL_PORT)
        if code != READY:
            raise smtplib.SMTPConnectError(code, said)
        if ours.EMAIL_USE_TLS:
            smtp.starttls(context=_trusted())
        if ours.EMAIL_HOST_USER:
            smtp.login(ours.EMAIL_HOST_USER, ours.EMAIL_HOST_PASSWORD)
        yield smtp
        with suppress(OSError, smtplib.SMTPException):  # it has the letter: how it says goodbye is its own affair
            smtp.quit()
    finally:
        cut.cancel()
        smtp.close()


def _cut_off(smtp: smtplib.SMTP) -> None:
    if smtp.sock is not None:
        with suppress(OSError):
            smtp.sock.shutdown(SHUT_RDWR)


@cache
def _trusted() -> ssl.SSLContext:
    """Whom the machine trusts: an operator adds his own authority there."""
    return ssl.create_default_context()
