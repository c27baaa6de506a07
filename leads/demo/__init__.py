"""A company to look at: the records of a CRM, replayed through the real routing with invented people."""
