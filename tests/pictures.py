"""What a reader sees on a chart: its words, the entries of its legend, and what lies on what."""

import itertools


def in_lines(texts):
    """Return what words say, each on one line, however they are wrapped."""
    return [" ".join(text.get_text().split()) for text in texts]


def said(ax):
    """Return the words among the marks of a chart that are seen, and its source, each on one line."""
    return in_lines(_seen(ax.texts))


def legend(ax):
    """Return the entries of the legend of a chart, none where it has no legend."""
    return [text.get_text() for text in _entries(ax)]


def words(ax):
    """Return all words that are seen on a chart."""
    axes = (
        [*ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label]
        if ax.axison
        else []
    )
    return _seen([*ax.texts, ax.title, ax._left_title, *_entries(ax), *axes])


def overlapping(ax):
    """Return pairs of words of a chart that lie on each other, but for those at its axes: matplotlib places these."""
    ax.figure.draw_without_rendering()
    boxes = [
        (text.get_text(), text.get_window_extent()) for text in _seen([*ax.texts, *_entries(ax)])
    ]
    pairs = itertools.combinations(boxes, 2)
    return [(first, second) for (first, box), (second, other) in pairs if box.overlaps(other)]


def cut(ax):
    """Return words of a chart that reach over the edge of the page, but for those at its ticks."""
    ax.figure.draw_without_rendering()
    page, ticks = ax.figure.bbox.padded(1), (*ax.get_xticklabels(), *ax.get_yticklabels())
    boxes = [(text.get_text(), text.get_window_extent()) for text in words(ax) if text not in ticks]
    return [
        text
        for text, box in boxes
        if not (page.contains(box.x0, box.y0) and page.contains(box.x1, box.y1))
    ]


def _entries(ax):
    return ax.get_legend().get_texts() if ax.get_legend() else []


def _seen(texts):
    return [text for text in texts if text.get_visible() and text.get_text()]
