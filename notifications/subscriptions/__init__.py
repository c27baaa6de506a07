"""Events for other systems: what they can hear of, who wants which, and how they are sent and sent again."""
