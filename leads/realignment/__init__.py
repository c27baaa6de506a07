"""Change sets: a realignment of the market is prepared, looked at, and put in force at an instant: all or nothing.

Read `amendments` first (what a change set says), then `activation` (how it comes into force), `preview` (who moves) and
`forecast` (the organisation as of a later day).
"""
