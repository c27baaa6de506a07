"""A Celery task that does nothing, on the product's broker: the least a message costs."""

from __future__ import annotations

import os
import time

from celery import Celery

app = Celery("noop", broker=os.environ["BENCH_BROKER"])
app.conf.update(
    task_default_queue="bench-noop",
    task_acks_late=True,
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)
# Each task adds the instant at which it ran.
SHEET = os.open(os.environ["BENCH_SHEET"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


@app.task(name="noop")
def noop(number: int) -> None:
    os.write(SHEET, f"{number} {time.monotonic()}\n".encode())
