"""Promises that run: whose time they count, since when the customer waits, what is worked out anew, and lateness."""
