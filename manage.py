#!/usr/bin/env python
"""Switchyard's command line."""

import os
import sys

from django.core.management import execute_from_command_line

# These run beside the web and live by its short time limits; every other command is started by a person (or by `up`,
# as a migration is) and may let one statement take its time.
PROMPT_COMMANDS = {"sweeper", "enforce_slas", "runserver"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and sys.argv[1] not in PROMPT_COMMANDS:
        os.environ.setdefault("DATABASE_PATIENCE", "600")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
