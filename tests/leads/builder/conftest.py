import pytest

from reps.models import User
from routing.models import Tree
from tests.office import open_office
from tests.organisation import make_revops


@pytest.fixture
def office(db: None) -> None:
    open_office()


@pytest.fixture
def olivia(company: None) -> User:
    return make_revops(name="Olivia")


@pytest.fixture
def paul(company: None) -> User:
    return make_revops(email="paul@example.com", name="Paul")


@pytest.fixture
def tree(company: None) -> Tree:
    return Tree.objects.get(slug="main")
