"""Read and write files. Nothing in here knows about customs.

Begin with `text_table`, which reads any file, and `writing`, which writes any file.
"""
