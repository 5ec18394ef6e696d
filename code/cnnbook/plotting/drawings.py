"""Figures of matplotlib that a notebook shows as SVG with live text, a panel at a time.

Text stays text: it can be selected, is sharp at any size, and the book writes it in the language
of the edition. Each axes, or each subfigure where there are some, is a drawing of its own, so that
panels wrap on a narrow screen and stand in the order of the language around them.
"""

import io
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

# The same figure has the same bytes on every machine and day.
SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "cnnbook"}
METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
MARGIN = 0.04  # inches around a panel
STYLE = "display: flex; flex-wrap: wrap; gap: 1em; align-items: flex-start"


class Drawing(Figure):
    """A matplotlib figure that a notebook shows as SVG, its panels side by side while they fit.

    Parameters
    ----------
    **options
        Those of ``matplotlib.figure.Figure``; its layout is "constrained" unless another is given.

    Examples
    --------
    >>> figure = Drawing(figsize=(4, 2))
    >>> for ax in figure.subplots(1, 2):
    ...     _ = ax.set_title("one panel")
    >>> figure.html().count("<svg"), figure.html().count("one panel</text>")
    (2, 2)
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"layout": "constrained"} | options)

    def _ipython_display_(self) -> None:
        """Show the panels, and not a bitmap as well."""
        from IPython.display import display

        display({"text/html": self.html(), "text/plain": "A drawing."}, raw=True)  # type: ignore[no-untyped-call]

    def html(self) -> str:
        """Write the panels as HTML, a row of them for each row of the figure's grid.

        Examples
        --------
        >>> figure = Drawing()
        >>> _ = figure.subplots(2, 1)
        >>> figure.html().count('<div class="row"')
        2
        """
        rows: dict[int, list[str]] = {}
        engine = self.get_layout_engine()
        with matplotlib.rc_context(SETTINGS):
            self.draw_without_rendering()
            self.set_layout_engine("none")  # the panels keep the places that they have together
            panels: list[Any] = [*(self.subfigs or self.axes)]
            for panel in panels:
                rows.setdefault(_row(panel), []).append(self._svg(panel, panels))
            self.set_layout_engine(engine)
        lines = "".join(
            f'<div class="row" style="{STYLE}">{"".join(row)}</div>' for row in rows.values()
        )
        return f'<div class="cnnbook-drawing">{lines}</div>'

    def _svg(self, panel: Axes | SubFigure, panels: list[Any]) -> str:
        """Write one panel, without the others, as SVG."""
        shown = [other for other in panels if other.get_visible()]
        for other in shown:
            other.set_visible(other is panel)
        box = panel.get_tightbbox()
        box = (box or self.bbox).transformed(self.dpi_scale_trans.inverted())
        stream = io.StringIO()
        self.savefig(
            stream,
            format="svg",
            transparent=True,
            metadata=METADATA,
            bbox_inches=box.padded(MARGIN),
        )
        for other in shown:
            other.set_visible(True)
        text = stream.getvalue()
        return text[text.index("<svg") :]


def _row(panel: Axes | SubFigure) -> int:
    """Return the row of a panel in its grid, 0 if it stands in none."""
    place = panel.get_subplotspec() if isinstance(panel, Axes) else panel._subplotspec  # type: ignore[attr-defined]
    return int(place.rowspan.start) if place else 0
