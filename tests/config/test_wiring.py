import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_an_embedded_postgresql_with_the_products_limits() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")

        assert cursor.fetchone() == ("5s", "3s")
