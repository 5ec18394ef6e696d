"""Both halves of the search, and what it shows of each page."""
