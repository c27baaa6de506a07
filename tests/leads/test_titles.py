import pytest

from leads.titles import LEVELS, function_named, function_of, functions, level_named, seniority_of

TITLES = [
    ("CEO", "c_level", "general_management"),
    ("C.E.O.", "c_level", "general_management"),
    ("Founder & CEO", "c_level", "general_management"),
    ("Chief Information Security Officer", "c_level", "it"),
    ("CTO", "c_level", "engineering"),
    ("Managing Director", "c_level", "general_management"),
    ("President", "c_level", "general_management"),
    ("Geschäftsführerin", "c_level", "general_management"),
    ("Directeur général", "c_level", "general_management"),
    ("Amministratore delegato", "c_level", "general_management"),
    ("Algemeen directeur", "c_level", ""),
    ("代表取締役社長", "c_level", "general_management"),
    ("Генеральный директор", "c_level", "general_management"),
    ("Co-Founder", "founder", "general_management"),
    ("Owner", "founder", "general_management"),
    ("Inhaber", "founder", "general_management"),
    ("Partner", "founder", "general_management"),
    ("Vice President of Sales", "vp", "sales"),
    ("V.P. Engineering", "vp", "engineering"),
    ("SVP, Marketing", "vp", "marketing"),
    ("Assistant Vice President", "vp", ""),
    ("Vice-Président Ventes", "vp", "sales"),
    ("Director of IT", "director", "it"),
    ("International Sales Director", "director", "sales"),
    ("Directora de Recursos Humanos", "director", "people"),
    ("Direttore vendite", "director", "sales"),
    ("Dyrektor finansowy", "director", "finance"),
    ("営業部長", "director", "sales"),
    ("销售总监", "director", "sales"),
    ("Head of Growth", "head", "marketing"),
    ("Chief of Staff", "head", ""),
    ("Vertriebsleiter (m/w/d)", "head", "sales"),
    ("Leiter Einkauf", "head", "purchasing"),
    ("Personalleiter", "head", "people"),
    ("Responsable des achats", "head", "purchasing"),
    ("Jefe de ventas", "head", "sales"),
    ("Hoofd Inkoop", "head", "purchasing"),
    ("Product Marketing Manager", "manager", "marketing"),
    ("Customer Success Manager", "manager", "customer_success"),
    ("Teamleiter Kundenservice", "manager", "customer_success"),
    ("Chef de projet", "manager", "operations"),
    ("Gerente comercial", "manager", "sales"),
    ("Менеджер по продажам", "manager", "sales"),
    ("Sr. Accountant", "senior", "finance"),
    ("Principal Engineer", "senior", "engineering"),
    ("Tech Lead", "senior", "engineering"),
    ("Product Owner", "individual", "product"),
    ("Business Partner", "individual", ""),
    ("Lead Generation Specialist", "individual", "marketing"),
    ("Assistant to the CEO", "individual", "general_management"),
    ("Executive Assistant", "individual", ""),
    ("Internal Auditor", "individual", "finance"),
    ("Softwareentwickler:in", "individual", "engineering"),
    ("Einkäuferin", "individual", "purchasing"),
    ("Salesforce Administrator", "individual", "it"),
    ("Data Protection Officer", "individual", "legal"),
    ("Développeur", "individual", "engineering"),
    ("Werkstudent Marketing", "intern", "marketing"),
    ("Stagiaire", "intern", ""),
    ("Becario", "intern", ""),
    ("-", "", ""),
    ("123", "", ""),
]


@pytest.mark.parametrize(("title", "level", "function"), TITLES)
def test_a_title_says_how_high_somebody_stands_and_what_he_works_on(title, level, function):
    assert (seniority_of(title), function_of(title)) == (level, function)
    assert (seniority_of(title.upper()), function_of(title.upper())) == (level, function)


def test_every_level_is_reached_and_nothing_else():
    assert {level for _, level, _ in TITLES} - {""} == set(LEVELS)
    assert {function for _, _, function in TITLES} - {""} <= set(functions())


@pytest.mark.parametrize(
    ("written", "level"),
    [
        *[
            ("Director", "director"),
            ("VP", "vp"),
            ("C-Suite", "c_level"),
            ("executive", "c_level"),
            ("entry", "individual"),
        ],
        ("c level", "c_level"),
        ("grade 7", "grade 7"),
    ],
)
def test_the_words_of_other_systems_are_understood(written, level):
    assert level_named(written) == level or level_named(written.lower()) == level


def test_a_function_of_another_system_is_understood():
    assert function_named("Customer Success") == "customer_success"
    assert function_named("Software Engineering") == "engineering"
    assert function_named("zzz") == "zzz"


def test_a_title_as_long_as_a_book_takes_no_time():
    assert seniority_of("a " * 100_000 + "ceo") == "individual"
