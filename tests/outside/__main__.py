"""`python -m tests.outside FOLDER PORT SMTP_PORT`: both stand-ins in a process of their own, until SIGTERM."""

import signal
import sys
import threading
from pathlib import Path

from tests.outside.mail import mailbox
from tests.outside.web import sink

WEB_LOG, MAIL_LOG = "web.jsonl", "mail.jsonl"


def main(folder: Path, port: int, smtp_port: int) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with sink(folder / WEB_LOG, port), mailbox(folder / MAIL_LOG, smtp_port):
        stop.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
