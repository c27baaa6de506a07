"""What the pages of notices show: the inbox, what each wants to hear and how, and what came of each message."""
