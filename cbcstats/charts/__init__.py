"""The `plot_` functions, and charts as files.

Begin with `counts` and `changes`; `chart` keeps what belongs to each Axes, `layout` fits a chart to
the size of its figure, `labels` places its labels, and `saving` writes it to files.
"""
