"""The `plot_` functions, and charts as files.

Begin with `counts` and `changes`; `layout` fits a chart to the size of its figure, `saving` writes it.
"""
