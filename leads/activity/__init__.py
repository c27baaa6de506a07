"""What people do besides writing to us: pages viewed, trial steps, seats used. Read, kept, counted, and acted upon.

`reading` and `windows` are pure. `keeping` writes rows, `counting` reads them for a decision, `looking` routes waiting
leads again, `owners` tells whoever owns the account of a customer.
"""
