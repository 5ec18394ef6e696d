"""Mathematics set while the book is built: a page shows it without any script."""
