"""Python's collector of cyclic garbage, in processes that route or draw all day long.

A batch makes thousands of tuples and hardly a cycle, and each thousand would have the collector look through all that
Django has loaded: a fifth of a worker's time.
"""

from __future__ import annotations

import gc

# New containers before a look at the youngest; looks at the youngest before one at the older, and so on.
THRESHOLDS = (20_000, 20, 20)


def leave_what_is_loaded() -> None:
    """Take everything that is loaded by now as staying for good, and look for garbage less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
