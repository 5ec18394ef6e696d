"""The book, served by a Jupyter server of this machine: its cells are changed and run in the page.

`make live` starts it. The site on disk stays as it was built: what a page needs to be live is put
in while it is served, and Thebe, which runs the cells, is loaded when the reader asks for it.
"""
