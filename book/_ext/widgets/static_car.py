"""What the counterfactual car is on paper: one car, and what the network says of each change."""

from persian_book.digits import persian_digits

from . import car_pictures

HEADS = {"fa": ("تغییر", "احتمال دنا"), "en": ("Change", "Probability of Dena")}
# The first car, with each thing of the second make.
CHANGES = {
    "none": {"fa": "هیچ", "en": "none"},
    "headlamp/kia_cerato": {"fa": "چراغ جلو", "en": "headlamp"},
    "grille/kia_cerato": {"fa": "جلوپنجره", "en": "grille"},
    "tail lamp/kia_cerato": {"fa": "چراغ عقب", "en": "tail lamp"},
    "wheel/kia_cerato": {"fa": "رینگ", "en": "wheel"},
    "tail end/kia_cerato": {"fa": "صندوق یا هاچ‌بک", "en": "boot or hatch"},
    "colour": {"fa": "رنگ", "en": "colour"},
    "pose": {"fa": "زاویهٔ دید", "en": "view"},
    "mark/kia_cerato": {"fa": "نشان آب", "en": "watermark"},
}


def draw(language: str) -> str:
    """List what the network says of a Dena once each thing of it is a Cerato's."""
    told = car_pictures.told(0)
    columns = "".join(f'<th scope="col">{head}</th>' for head in HEADS[language])
    rows = "".join(
        f'<tr><th scope="row">{words[language]}</th><td>{share(told[name][0], language)}</td></tr>'
        for name, words in CHANGES.items()
    )
    return (
        f'<div class="holder"><table class="table"><thead><tr>{columns}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def share(value: float, language: str) -> str:
    """Write a probability in per cent.

    >>> share(0.5, "en"), share(0.971, "fa")
    ('50.0%', '۹۷٫۱٪')
    """
    text = f"{100 * value:.1f}"
    return persian_digits(text.replace(".", "٫")) + "٪" if language == "fa" else f"{text}%"
