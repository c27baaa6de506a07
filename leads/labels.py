"""What a label on somebody's form means: "What is your first name?" asks for `first_name`. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from routing.engine.facts import normal

# Unmistakable wherever they stand in a label, tried in this order: "company e-mail" asks for an e-mail.
ANYWHERE = (
    ("email", r"\be ?mail|\bmail address|\bcorreo|\bcourriel"),
    ("phone", r"\b(?:tele)?phone|\bmobile\b|\bcell\b|\btelefon|\btéléphone"),
    ("first_name", r"\bfirst ?name|\bgiven ?name|\bforename|\bvorname|\bpr[eé]nom"),
    ("last_name", r"\blast ?name|\bsurname|\bfamily ?name|\bnachname|\bnom de famille|\bapellidos?"),
    ("website", r"\bweb ?site|\bhome ?page"),
    ("employees", r"\bemployees|\bcompany ?size|\bteam ?size|\bhead ?count|\bnum ?employees|\bmitarbeiter"),
    ("revenue", r"\brevenue|\bturnover|\bumsatz"),
    ("title", r"\bjob ?title|\bjob ?role|\bposition in"),
    ("company", r"\bcompany|\borgani[sz]ation|\bbusiness name|\bfirma\b|\bunternehmen|\bentreprise|\bempresa"),
    ("postal_code", r"\bpostal ?code|\bpost ?code|\bzip\b|\bzip ?code|\bplz\b"),
    ("product_interest", r"\bproduct ?interest|\binterested in"),
    ("campaign", r"\butm ?campaign"),
)
# Everyday words: they mean the field only if they are the whole label.
WHOLE = {
    "name": "name",
    "full name": "name",
    "fullname": "name",
    "contact name": "name",
    "tel": "phone",
    "job": "title",
    "title": "title",
    "role": "title",
    "position": "title",
    "url": "website",
    "country": "country",
    "country code": "country",
    "land": "country",
    "pays": "country",
    "state": "state",
    "province": "state",
    "region": "state",
    "city": "city",
    "town": "city",
    "ort": "city",
    "ville": "city",
    "industry": "industry",
    "sector": "industry",
    "branche": "industry",
    "intent": "intent",
    "language": "language",
    "locale": "language",
    "sprache": "language",
    "message": "message",
    "comment": "message",
    "comments": "message",
    "description": "message",
    "how can we help": "message",
    "nachricht": "message",
    "tags": "tags",
    "campaign": "campaign",
}
ASKING = re.compile(r"^(?:what is|what's|enter|please enter|please give us|wie ist|ihre?|your|the|lead)\s+")
AROUND = re.compile(r"\s*(?:question|field|\(optional\)|\(required\)|\*|\?|:)+\s*$")
LONGEST_LABEL = 200


@lru_cache(maxsize=4096)
def field_for(label: str) -> str | None:
    """The fact a label asks for (`name` for a full name), or None where it is anybody's guess. Keys count as labels."""
    if len(label) > LONGEST_LABEL:
        return None
    words = normal(_spelled_out(label))
    for field, pattern in ANYWHERE:
        if re.search(pattern, words):
            return field
    while (shorter := AROUND.sub("", ASKING.sub("", words))) != words:
        words = shorter
    return WHOLE.get(words)


def _spelled_out(key: str) -> str:
    """`firstName`, `first_name` and `FIRST-NAME` as words."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)
    return re.sub(r"[_\-.]+", " ", apart)
