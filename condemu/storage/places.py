"""Which place a URL of `--store` means."""

from __future__ import annotations

import re
from collections.abc import Mapping

from condemu.core.effects import Clock, Ids
from condemu.storage.data_directory import DataUnusable
from condemu.storage.s3_log import S3Place
from condemu.storage.shared import Place


def without_password(url: str) -> str:
    """A URL as it may be shown."""
    url = re.sub(r"(//[^:@/]*):.*@", r"\1:***@", url)
    return re.sub(r"(?i)([?&](?:ssl)?password=)[^&]*", r"\1***", url)


def place_of(url: str, ids: Ids, wall: Clock, environment: Mapping[str, str], *, elsewhere: bool = False) -> Place:
    """The place, ready to be used. `elsewhere`: bodies are in a directory. Raises DataUnusable."""
    scheme = url.partition("://")[0] if "://" in url else ""
    if scheme in ("postgresql", "postgres"):
        try:
            from condemu.storage.postgres_place import PostgresPlace
        except ImportError:
            raise DataUnusable("PostgreSQL needs psycopg: pip install 'condemu[postgresql]'") from None
        return PostgresPlace(url, without_password(url), ids, elsewhere=elsewhere)
    if scheme == "s3":
        return S3Place(url, ids, wall, environment, elsewhere=elsewhere)
    raise DataUnusable(f"store is {scheme or 'no URL'}; it can be postgresql://USER@HOST/DATABASE or s3://BUCKET/PREFIX")
