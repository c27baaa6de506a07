"""A file of leads decided in memory: what it holds (`history`), what came of it (`lines`), who got what (`summary`)."""
