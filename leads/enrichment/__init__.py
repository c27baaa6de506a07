"""Asking others about a lead, before it is routed and never longer than its budget. Start at `waterfall.py`."""
