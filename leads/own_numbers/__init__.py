"""My numbers: how soon a rep answers, what became of his promises, and every line of his ledger."""
