"""What the programs of this folder share: servers of their own, anchors to measure against, a client, a table.

The programs are run by their path (`python bench/worker.py`), so the product's packages lie one folder up.
"""

import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
PROJECT = BENCH.parent

if str(PROJECT) not in sys.path:
    sys.path.insert(1, str(PROJECT))
