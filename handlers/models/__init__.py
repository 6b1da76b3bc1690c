"""The health model as a file: read with all faults at once, previewed, put in force (docs/health.md).

`model_in_force` is what scoring starts from; `model_of` and `text_of` are each other's inverse.
"""

from __future__ import annotations

from handlers.models.in_force import file_in_force, model_in_force
from handlers.models.reading import ModelFile, file_of, model_of
from handlers.models.writing import text_of

__all__ = ["ModelFile", "file_in_force", "file_of", "model_in_force", "model_of", "text_of"]
