"""The parsed page: its ids, pictures, tables and terms, as a tree of nodes."""
