"""Blobs: content in, the same content out."""

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
