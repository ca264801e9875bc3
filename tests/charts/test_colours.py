"""Colours that every reader can tell apart: with any colour vision, on white paper, and printed in grey."""

import itertools
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from cbcstats.charts.layout import GREY, GRID, INK, PAPER, STYLE
from cbcstats.charts.members import _ON_STEPS, STEPS

with plt.style.context(STYLE):
    COLOURS = plt.rcParams["axes.prop_cycle"].by_key()["color"]

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# sRGB to XYZ, for the white of D65.
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def linear(colour):
    channels = np.array(to_rgb(colour))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(light):
    ratios = TO_XYZ @ np.clip(light, 0, 1) / WHITE
    x, y, z = np.where(ratios > 0.008856, np.cbrt(ratios), 7.787 * ratios + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(first, second):
    bright, dark = sorted((TO_XYZ[1] @ linear(colour) for colour in (first, second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_measures_are_right():
    assert contrast("white", "black") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(
        4.48, abs=0.01
    )  # just too little for text, as is known
    assert lab(linear("white")) == pytest.approx([100, 0, 0], abs=0.05)
    assert lab(linear("#ff0000")) == pytest.approx([53.2, 80.1, 67.2], abs=0.2)


@pytest.mark.parametrize("vision", VISIONS)
def test_marks_are_told_apart(vision):
    seen = [lab(np.array(VISIONS[vision]) @ linear(colour)) for colour in COLOURS]
    nearest = min(
        np.linalg.norm(first - second) for first, second in itertools.combinations(seen, 2)
    )
    assert len(COLOURS) == 7
    assert nearest > 20


def test_marks_are_told_apart_in_grey():
    lightness = sorted(lab(linear(colour))[0] for colour in COLOURS)
    assert min(np.diff(lightness)) > 5
    steps = [lab(linear(colour))[0] for colour in (PAPER, *STEPS)]
    assert max(np.diff(steps)) < -10  # each darker than the one before


def test_marks_and_words_stand_out_from_the_paper():
    assert min(contrast(colour, PAPER) for colour in COLOURS) >= 3
    assert min(contrast(colour, PAPER) for colour in (INK, GREY)) >= 4.5
    assert min(contrast(*pair) for pair in zip(STEPS, _ON_STEPS, strict=True)) >= 4.5


def test_the_style_has_no_greys_of_its_own():
    text = STYLE.read_text(encoding="utf-8")
    named = {INK, GREY, GRID, *COLOURS}
    found = {f"#{word}" for word in re.findall(r"\b[0-9A-F]{6}\b|\b[0-9]{6}\b", text)}
    assert found <= {colour.upper() if colour.startswith("#") else f"#{colour}" for colour in named}
