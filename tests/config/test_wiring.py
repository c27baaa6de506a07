import pytest
from django.db import connection

from config import addresses


@pytest.mark.django_db
def test_the_database_is_an_embedded_postgresql_with_the_products_limits() -> None:
    """But for the time of a statement, of which a test of thousands of leads has one that looks at all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")

        assert cursor.fetchone() == ("2min", "3s")
    assert "statement_timeout=5s" in addresses.database_options(None)["options"]
