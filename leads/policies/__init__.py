"""Promises as RevOps sets them up: the policies, their order, and the company's own holidays."""
