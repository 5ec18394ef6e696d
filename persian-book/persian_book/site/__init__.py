"""The site around the pages: its editions, scripts, styles and pictures."""
