"""Hides packages, as if they were not installed: pandera imports PySpark where it is there, and that takes seconds."""

import sys

EXTRAS = ("pyspark", "dask", "modin", "ibis", "polars", "duckdb")


class _Hidden:
    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"{name} is hidden while measuring", name=name)


def hide(names: tuple[str, ...] = EXTRAS) -> None:
    """Hide packages from all imports that follow."""
    sys.meta_path.insert(0, _Hidden(names))
