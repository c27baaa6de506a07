"""The anchors: the plainest Django that keeps a lead, in one table of its own."""
