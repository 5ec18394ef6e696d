"""The written page: its direction, numbers, words and names."""
