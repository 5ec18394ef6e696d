"""From two languages in one file to the text of one edition, before any parser sees it."""
