"""Pictures of matrices, images and training runs, drawn the same way on every page (matplotlib).

Signed numbers get a diverging colour map centred at zero, so that a sign is never lost, and every
cell carries its value: a reader should be able to check a picture by hand. ``draw_matrix`` draws on
axes; every ``show_…`` returns what a notebook displays, once, as the last line of a cell. Titles
and names are shown as they are: a ``$`` in the name of a folder or a file is no formula.
"""

from cnnbook._extras import extra

with extra("models", "cnnbook.plotting"):
    from cnnbook.plotting.charts import power_of_ten, show_confusion, show_curves
    from cnnbook.plotting.drawings import Drawing
    from cnnbook.plotting.matrices import draw_matrix, show_matrices, show_matrix
    from cnnbook.plotting.pictures import Pictures, show_images, signed_picture

__all__ = [
    "Drawing",
    "Pictures",
    "draw_matrix",
    "power_of_ten",
    "show_confusion",
    "show_curves",
    "show_images",
    "show_matrices",
    "show_matrix",
    "signed_picture",
]
