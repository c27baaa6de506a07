"""What each page shows, read in a bounded number of queries and handed to the template as values."""
