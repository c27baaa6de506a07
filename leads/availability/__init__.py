"""A rep's own switch: away for a while, and back; his manager and RevOps may turn it for him."""
