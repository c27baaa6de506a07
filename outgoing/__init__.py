"""Calls to addresses that somebody typed in: only to the public internet, only so long, and no further than asked."""
