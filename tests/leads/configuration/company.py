"""A whole small company as a file: every kind, with every key."""

from pathlib import Path

COMPANY = Path(__file__).with_name("company.yaml").read_text(encoding="utf-8")
