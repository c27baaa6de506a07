"""The ladder of a promise: each step that is due is acted on once, in the order of the ladder, and never early.

Steps are acted on in batches. Whatever runs this (the sweeper, a Celery task, `enforce_slas`), several may run at once:
leads are locked first, so an acceptance that was committed before always wins.
"""

from leads.ladder.due import enforce_due

__all__ = ["enforce_due"]
