"""The outside world on this machine: receivers of messages that can fail in every way, and remember what they got."""
