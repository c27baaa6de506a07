"""The configuration file: text → typed parts with every problem named → database, and back to the same text.

Read `parts` first, then `read` (file → parts), `dump` (database → parts → text), `store` (parts → database), `worlds`
(parts → what the engine knows).
"""
