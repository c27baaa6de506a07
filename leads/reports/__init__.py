"""One of a manager's reps: is he there, time off, and turning his switch for him."""
