"""Items as data: numbers, attribute values, paths into them, and how they are written out."""
