"""Territories on the pages: drawing them one by one, and what lies where.

The rule itself is in `routing.engine.territories`, what is odd about a map in `routing.engine.survey`.
"""
