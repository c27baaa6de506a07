"""What a question on a form is about: from its label, in the words of forms everywhere, to the name of a fact.

Only sure words count. A wrong guess puts somebody's answer into the wrong field, and that is worse than an answer that
stays in the event and can be mapped later.
"""

from __future__ import annotations

import re
from functools import lru_cache

from routing.engine.facts import normal

LONGEST_LABEL = 200  # characters; a longer one is a paragraph, not a label

# Written as `words` gives them: small letters, one space between words, nothing else.
SYNONYMS = {
    "email": """
        email|e mail|mail|email address|e mail address|mail address|emailaddress|work email|work e mail|
        business email|business e mail|corporate email|company email|professional email|email id|user email|
        contact email|e mail adresse|email adresse|mailadresse|geschäftliche e mail adresse|
        geschäftliche e mail|adresse e mail|adresse email|adresse mail|courriel|adresse électronique|
        e mail professionnel|email professionnel|correo|correo electrónico|correo electronico|
        dirección de correo electrónico|correo corporativo|indirizzo email|indirizzo e mail|
        posta elettronica|endereço de email|endereço de e mail|correio eletrônico|e mailadres|emailadres|
        e postadress|e post|epost|e mail cím|adres e mail|sähköposti|メールアドレス|メール|邮箱|
        电子邮件|电子邮箱|이메일|электронная почта|почта
    """,
    "first_name": """
        first name|firstname|given name|givenname|forename|fname|vorname|prénom|prenom|nombre|nome proprio|
        voornaam|förnamn|fornavn|imię|名|имя
    """,
    "last_name": """
        last name|lastname|surname|family name|familyname|lname|nachname|familienname|nom de famille|
        apellido|apellidos|cognome|sobrenome|achternaam|efternamn|etternavn|efternavn|nazwisko|姓|фамилия
    """,
    "name": """
        name|full name|fullname|contact name|contact person|display name|your full name|first and last name|
        person name|name surname|name and surname|vor und nachname|vollständiger name|ansprechpartner|
        nom complet|nom et prénom|nom et prenom|nombre completo|nombre y apellidos|nome e cognome|
        nome completo|volledige naam|お名前|氏名|姓名|이름
    """,
    "company": """
        company|company name|companyname|organisation|organization|organisation name|organization name|org|
        employer|business|business name|account name|institution|company organization|company organisation|
        firma|firmenname|unternehmen|unternehmensname|société|societe|entreprise|nom de l entreprise|
        empresa|nombre de la empresa|azienda|nome azienda|società|bedrijf|bedrijfsnaam|företag|virksomhed|
        bedrift|会社名|公司|公司名称|회사|компания
    """,
    "phone": """
        phone|phone number|phonenumber|telephone|telephone number|tel|tel no|mobile|mobile number|
        mobile phone|mobilephone|mobile phone number|cell|cell phone|cellphone|cell number|work phone|
        work phone number|business phone|user phone|contact number|phone no|whatsapp|whatsapp number|
        telefon|telefonnummer|handy|handynummer|mobilnummer|rufnummer|téléphone|telephone portable|
        numéro de téléphone|portable|teléfono|telefono|número de teléfono|móvil|celular|numero di telefono|
        cellulare|telefone|telemóvel|telefoonnummer|電話番号|电话|手机|手机号|전화번호|телефон
    """,
    "website": """
        website|web site|company website|website url|homepage|company url|domain|company domain|webseite|
        internetseite|site web|site internet|sitio web|página web|sito web|sito
    """,
    "title": """
        title|job title|jobtitle|job|position|role|job role|your role|job position|function|occupation|
        berufsbezeichnung|funktion|stellenbezeichnung|poste|fonction|intitulé du poste|cargo|puesto|ruolo|
        posizione|functie|役職|职位
    """,
    "country": """
        country|country name|country code|country region|country or region|land|pays|país|pais|paese|
        nazione|国|国家
    """,
    "state": """
        state|state province|state or province|province|us state|state region|bundesland|estado|provincia
    """,
    "city": "city|town|city town|town city|locality|stadt|ort|wohnort|ville|ciudad|città|cidade|stad|plaats|市",
    "postal_code": """
        postal code|postalcode|postcode|post code|zip|zip code|zipcode|zip postal code|zip or postal code|
        postal|plz|postleitzahl|code postal|código postal|codigo postal|cep|郵便番号
    """,
    "industry": "industry|sector|industry sector|branche|secteur|secteur d activité|sector industrial|settore",
    "employees": """
        employees|number of employees|numberofemployees|numemployees|no of employees|employee count|
        employees count|company size|size of company|team size|headcount|company headcount|mitarbeiter|
        mitarbeiterzahl|anzahl mitarbeiter|unternehmensgröße|taille de l entreprise|nombre d employés|
        número de empleados|tamaño de la empresa|numero di dipendenti
    """,
    "revenue": "revenue|annual revenue|annualrevenue|yearly revenue|turnover|annual turnover|umsatz|jahresumsatz",
    "campaign": "campaign|campaign name|campaign id|utm campaign|utmcampaign|kampagne",
    "intent": "intent",
    "product_interest": """
        product interest|product interests|products of interest|product of interest|interested in|interest|
        interests|product|products|service|services|which product are you interested in|
        what are you interested in
    """,
    "language": "language|preferred language|hs language|locale|sprache|langue|idioma|lingua|taal",
    "message": """
        message|your message|comments|comment|comments or questions|questions or comments|notes|note|
        description|inquiry|enquiry|how can we help|how can we help you|how may we help you|tell us more|
        anything else|nachricht|ihre nachricht|bemerkung|bemerkungen|kommentar|mitteilung|votre message|
        commentaire|commentaires|mensaje|comentarios|messaggio|mensagem|bericht|opmerkingen|お問い合わせ内容|留言
    """,
    "tags": "tags",
}
LABELS = {label.strip(): fact for fact, labels in SYNONYMS.items() for label in labels.split("|")}
# Words around the one that matters: "What is your first name?", "Your company (required)".
SMALL_WORDS = """
    a an and are best can contact current could do enter fill give here her ihr ihre in is kindly lead main my of
    optional our please pflichtfeld primary provide required s share tell the to type us visitor votre we what whats
    which work you your deine dein tu su
"""
FILLERS = frozenset(SMALL_WORDS.split())
# Long enough to be sure of within a sentence.
UNMISTAKABLE = (
    *("first name", "last name", "full name", "email address", "e mail address", "phone number", "mobile number"),
    *("job title", "company name", "company size", "number of employees", "zip code", "postal code"),
)
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NO_WORD = re.compile(r"[\W_]+")
BRACKETED = re.compile(r"\[([^\[\]]+)\](?:\[\])?\s*\Z")


def words(label: str) -> str:
    """`firstName`, `First_Name`, `contact[first-name]` and `*First name:` are all "first name"."""
    bracketed = BRACKETED.search(label)
    return NO_WORD.sub(" ", normal(HUMP.sub(" ", bracketed[1] if bracketed else label))).strip()


@lru_cache(maxsize=4096)
def fact_of(label: str) -> str:
    """The fact that an answer under this label gives, or "" if that is not sure."""
    if len(label) > LONGEST_LABEL:
        return ""
    said = words(label)
    found = LABELS.get(said) or LABELS.get(_without_fillers(said))
    if found:
        return found
    return next((LABELS[phrase] for phrase in UNMISTAKABLE if f" {phrase} " in f" {said} "), "")


def _without_fillers(said: str) -> str:
    kept = said.split()
    while kept and kept[0] in FILLERS:
        kept.pop(0)
    while kept and kept[-1] in FILLERS:
        kept.pop()
    return " ".join(kept)
