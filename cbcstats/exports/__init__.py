"""Tables as workbooks, slides, HTML, Markdown, SDMX and data packages.

Begin with `save_table`, which picks the writer for a file name.
"""
