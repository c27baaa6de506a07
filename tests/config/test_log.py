import json
import logging
import sys

import psycopg
from celery import Celery

from config.log import JsonLines

CANARY = "canary@example.com"


def line(record: logging.LogRecord) -> str:
    return JsonLines().format(record)


def record(message: str, *args: object, name: str = "leads", **more: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, __file__, 1, message, args, None)
    made.__dict__.update(more)
    return made


def test_a_line_is_json_with_time_level_and_ids() -> None:
    told = json.loads(line(record("event %s routed", "7c0e", request_id="r-1")))

    assert told["message"] == "event 7c0e routed"
    assert told["level"] == "warning"
    assert told["request_id"] == "r-1"
    assert told["at"].endswith("+00:00")


def test_an_exception_tells_its_type_and_place_but_not_its_text() -> None:
    try:
        try:
            raise psycopg.errors.UniqueViolation(f"Key (email)=({CANARY}) already exists")
        except psycopg.Error as problem:
            raise ValueError(f"could not store {CANARY}") from problem
    except ValueError:
        told = line(record("failed", exc_info=sys.exc_info()))

    assert "canary" not in told
    chain = json.loads(told)["exception"]
    assert [each["type"] for each in chain] == ["builtins.ValueError", "psycopg.errors.UniqueViolation"]
    assert chain[1]["sqlstate"] == "23505"
    assert "test_log.py" in chain[0]["where"][0]


def test_addresses_and_numbers_are_masked_as_a_second_net() -> None:
    told = json.loads(line(record("from %s and +49 (30) 1234-5678", CANARY)))

    assert told["message"] == "from (e-mail) and (phone)"


def test_celerys_report_of_a_failed_task_loses_its_arguments_and_text() -> None:
    app = Celery("test", set_as_current=False)
    app.conf.task_always_eager = True
    seen: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(line(record))

    @app.task(name="leads.tasks.fails")
    def fails(mail: str) -> None:
        raise ValueError(f"cannot route {mail}")

    logger, keep = logging.getLogger("celery.app.trace"), Keep()
    logger.addHandler(keep)
    fails.delay(CANARY)
    logger.removeHandler(keep)

    assert seen
    assert "canary" not in "".join(seen)
    assert "task leads.tasks.fails [" in seen[0]


def test_a_link_that_acts_is_worth_nothing_in_a_log() -> None:
    told = json.loads(line(record("Error: %s", "/act/12.abc.def_-/ and /act/here/12.abc.def/ and /leads/1/")))

    assert told["message"] == "Error: /act/(link)/ and /act/(link)/ and /leads/1/"
