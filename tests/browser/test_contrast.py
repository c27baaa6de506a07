"""Every pair of colours that meets on a page can be told apart, in both themes (WCAG 2.2: 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
TEXT, PART = 4.5, 3.0
PAIRS = (
    ("ink", "surface", TEXT),
    ("ink", "surface-2", TEXT),
    ("ink", "bg", TEXT),
    ("ink-2", "bg", TEXT),
    ("ink-2", "surface", TEXT),
    ("ink-2", "surface-2", TEXT),
    ("ink-2", "surface-3", TEXT),
    ("ink-2", "signal-soft", TEXT),
    ("ink-3", "surface", TEXT),
    ("ink-3", "surface-2", TEXT),
    ("ink-3", "surface-3", TEXT),
    ("ink-3", "canvas", TEXT),
    ("ink-3", "bg", TEXT),
    ("accent-ink", "surface", TEXT),
    ("accent-ink", "accent-soft", TEXT),
    ("accent-ink", "bg", TEXT),
    ("accent-ink", "signal-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("signal-ink", "signal-soft", TEXT),
    ("signal-ink", "surface", TEXT),
    ("on-signal", "signal", TEXT),
    ("ok", "surface", TEXT),
    ("ok", "ok-soft", TEXT),
    ("warn", "surface", TEXT),
    ("warn", "warn-soft", TEXT),
    ("warn", "surface-2", TEXT),
    ("warn", "canvas", TEXT),
    ("bad", "surface", TEXT),
    ("bad", "bad-soft", TEXT),
    ("bad", "canvas", TEXT),
    ("ink", "bad-soft", TEXT),
    ("ink", "warn-soft", TEXT),
    ("field-line", "surface", PART),
    ("field-line", "canvas", PART),
    ("edge", "canvas", PART),
    ("signal", "canvas", PART),
    ("accent", "canvas", PART),
    ("accent", "surface", PART),
    ("bad", "surface", PART),
    # Decoration that repeats what words say.
    ("edge", "flow", 1.6),
    ("warn-solid", "surface", 2.4),
)


def colours(theme: int) -> dict[str, str]:
    """The colours of a theme: 0 is light, 1 is dark."""
    both = re.findall(r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));", TOKENS.read_text())
    return {name: same or (light, dark)[theme] for name, light, dark, same in both}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_these_colours_can_be_told_apart(front: str, back: str, least: float, theme: int) -> None:
    palette = colours(theme)

    assert contrast(palette[front], palette[back]) >= least


def test_black_on_white_is_the_highest_contrast_there_is() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
