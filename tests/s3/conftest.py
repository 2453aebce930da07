from __future__ import annotations

import pytest
from s3_wire import Wire, fresh


@pytest.fixture
def s3() -> Wire:
    """A bucket named `bucket` in an S3 of its own."""
    return fresh()
