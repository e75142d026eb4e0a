"""Blobs: content in, the same content out."""

import os
import time
from pathlib import Path

import pytest

from cadre.infra.blobs import BlobNotFound, Blobs
from cadre.kernel.ids import BlobId


async def test_the_same_content_has_the_same_id_however_it_came(blobs: Blobs, tmp_path: Path):
    source = tmp_path / "source"
    source.write_bytes(b"orders" * 400_000)

    by_bytes = await blobs.put(source.read_bytes())
    by_file = await blobs.put_file(source)

    assert by_bytes == by_file
    assert await blobs.get(by_bytes) == source.read_bytes()
    assert await blobs.size(by_bytes) == 2_400_000


@pytest.mark.parametrize("name", ["../../etc/passwd", "sha256:" + "0" * 64, "sha256:zz", ""])
async def test_what_is_no_blob_is_not_found(blobs: Blobs, name: str):
    with pytest.raises(BlobNotFound):
        await blobs.get(BlobId(name))


async def test_what_was_put_since_somebody_looked_stays(blobs: Blobs, tmp_path: Path):
    old = [await blobs.put(content) for content in (b"forgotten", b"wanted", b"found", b"copied")]
    (tmp_path / "copied").write_bytes(b"copied")
    for blob in old:
        os.utime(blobs.path(blob), (1, 1))
    looked_at = time.time()
    await blobs.put(b"wanted")
    assert blobs.find_now(b"found") == old[2]
    await blobs.put_file(tmp_path / "copied")

    for blob in old:
        await blobs.delete(blob, unless_put_since=looked_at)

    assert [blobs.path(blob).exists() for blob in old] == [False, True, True, True]
