"""Words that say little about which company it is: legal forms, what half of all companies call themselves, no names.

All lists stand in the form in which `names` compares words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from leads import lists

# One form for words that are written in several ways; the shorter one, so that fewer letters are compared.
SAME_WORD = {
    form: word
    for word, forms in {
        "intl": "international int internacional internationale",
        "tech": "technology technologies technologie techs tec",
        "mfg": "manufacturing manufacturers manuf mfrs",
        "svc": "service services svcs serv servicios servizi",
        "assoc": "associates associate association assocs assn",
        "bros": "brothers bro",
        "lab": "laboratories laboratory labs laboratoires",
        "sys": "system systems syst",
        "sol": "solution solutions soln solns",
        "mgmt": "management mgt mngmt",
        "univ": "university universitat universidad universite",
        "pharma": "pharmaceuticals pharmaceutical pharm pharmaceutica",
        "grp": "group groupe gruppe grupo gruppo",
        "hldg": "holding holdings hldgs hldg",
        "ind": "industries industry industrial inds",
        "fin": "financial finance financials fincl",
        "natl": "national nacional nat",
        "amer": "american america americas",
        "engr": "engineering engineers eng engrg",
        "dev": "development developments devel",
        "comm": "communications communication comms",
        "prod": "products product prods",
        "dist": "distribution distributors distributing distributor",
        "con": "construction constructions constr",
        "ins": "insurance insur assurance",
        "inv": "investment investments invest",
        "res": "resources resource",
        "ent": "enterprise enterprises entpr",
        "ptn": "partner partners ptnrs",
        "corp": "corporation corps",
        "inst": "institute institution institut",
        "med": "medical medicine",
        "cons": "consulting consultants consultancy consult consulants",
        "prop": "properties property",
        "trans": "transport transportation transports",
        "elec": "electric electrical electrics",
    }.items()
    for form in forms.split()
}
# How much a word that is in half of all names counts beside one that is the company's own.
SHAPE, TRADE, OWN = 0.2, 0.45, 1.0
# What people write who have no company, or will not say.
_BEFORE = frozenset(("pt", "ooo", "oao", "zao", "pao", "tov", "cv", "ab", "ag", "sa", "spa", "bv", "nv", "as", "kg"))
# Forms that are nothing else, wherever people put them: "SARL Dupont", "Acme GmbH Berlin".
_ANYWHERE = frozenset(
    (
        "gmbh",
        "sarl",
        "ltd",
        "inc",
        "llc",
        "llp",
        "plc",
        "corp",
        "limited",
        "pty",
        "pvt",
        "aps",
        "srl",
        "corporation",
        "incorporated",
    )
)
_MORE_FORMS = (
    "inc",
    "corp",
    "corporation",
    "company",
    "companies",
    "limited",
    "co",
    "lp",
    "aps",
    "kg",
    "ohg",
    "sp z oo",
    "publ",
    "tbk",
)
LONGEST_FORM = 5


@lru_cache(maxsize=65536)
def weight(word: str) -> float:
    """How much it says, from 0 to 1. A letter says little, and so does a country's code."""
    if {word, f"{word}s"} & lists.company_shapes() or len(word) == 1 or (len(word) == 2 and lists.country_code(word)):
        return SHAPE
    if {word, f"{word}s"} & lists.company_trades():
        return TRADE
    return OWN


@lru_cache(maxsize=65536)
def weight_alone(word: str) -> float:
    """The same for a word that nothing goes with: it may be a legal form with a slip in it."""
    if len(word) > 2 and any(OSA.distance(word, form, score_cutoff=1) < 2 for form in _ANYWHERE):
        return SHAPE
    return weight(word)


def is_no_name(words: tuple[str, ...]) -> bool:
    """Whether this is what people write who name no company: "n/a", "Self employed", "xxx", one or two letters."""
    joined = "".join(words)
    return (
        joined in lists.no_companies()
        or all(word in lists.no_companies() for word in words)
        or len(set(joined)) < 2
        or (len(joined) < 3 and joined.isalpha())
        or joined.isdecimal()
    )


def without_form(words: list[str]) -> list[str]:
    """Without the legal forms at its end, and those that people put elsewhere."""
    while len(words) > 1:
        length = next((n for n in range(min(LONGEST_FORM, len(words) - 1), 0, -1) if tuple(words[-n:]) in _forms()), 0)
        if not length:
            break
        words = words[:-length]
    while len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
    return [word for word in words if word not in _ANYWHERE] or words


@lru_cache(maxsize=1)
def _forms() -> frozenset[tuple[str, ...]]:
    found = {tuple(form.split()) for form in _MORE_FORMS}
    for written in lists.legal_forms():
        # "S.p.A." is written with its dots or without them, "GmbH & Co. KG" in so many words.
        together = re.sub(r"[^\w\s]", "", written).split()
        apart = [word for word in re.sub(r"[^\w\s]", " ", written).split() if len(word) > 1]
        found |= {tuple(words) for words in (together, apart) if words and words != ["and"]}
    return frozenset(found - {("g",), ("at",), ("da",), ("is",), ("and", "company")})
