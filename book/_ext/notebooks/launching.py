"""Where a notebook opens on other people's machines, if the book says where its repository is.

Colab and Binder take notebooks from a branch of a repository on GitHub, not from a site; the
workflow writes that branch (`scripts/gather_notebooks.py`) when it publishes.
"""

from urllib.parse import urlsplit

BRANCH = "notebooks"
PLACES = {
    "Colab": "https://colab.research.google.com/github/{repository}/blob/{branch}/{notebook}",
    "Binder": "https://mybinder.org/v2/gh/{repository}/{branch}?urlpath=lab/tree/{notebook}",
}
WORDS = {"fa": "باز کردن در {place}", "en": "Open in {place}"}
# What Jupyter Book says where the book names no repository.
NOT_OURS = "executablebooks/jupyter-book"


def buttons(repository: str, language: str, page: str) -> list[dict[str, str]]:
    """Return the theme's buttons that open a page's notebook elsewhere; none without GitHub.

    >>> [one["text"] for one in buttons("https://github.com/a/b", "en", "q1")]
    ['Open in Colab', 'Open in Binder']
    >>> buttons("", "en", "q1")
    []
    """
    parts = urlsplit(repository)
    name = parts.path.strip("/").removesuffix(".git")
    if parts.netloc != "github.com" or name.count("/") != 1 or name == NOT_OURS:
        return []
    made = []
    for place, address in PLACES.items():
        text = WORDS[language].format(place=place)
        url = address.format(repository=name, branch=BRANCH, notebook=f"{language}/{page}.ipynb")
        label = f"launch-{place.lower()}-button"
        made.append(
            {
                "type": "link",
                "url": url,
                "text": text,
                "tooltip": text,
                "icon": "fas fa-code",
                "label": label,
            }
        )
    return made
