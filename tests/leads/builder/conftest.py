import pytest

from tests.office import open_office


@pytest.fixture
def office(db: None) -> None:
    open_office()
