"""The API of programs, `/api/v1/`: the same services and the same scopes as the pages, as JSON."""
