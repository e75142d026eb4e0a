"""Profiles: what people say about themselves, and how they like the page."""

import json

from cadre.infra.blobs import Blobs
from cadre.infra.database import Work
from cadre.kernel.errors import Invalid, LimitReached, NotFound
from cadre.kernel.ids import BlobId, UserId
from cadre.trust.accounts.pictures import MOST_PIXELS, size_of
from cadre.trust.accounts.ports import RoleBook
from cadre.trust.accounts.schemas import Preferences, Profile, ProfileChange
from cadre.trust.accounts.service import SESSIONS_TOPIC
from cadre.trust.accounts.store import AccountStore, Found

AVATAR_BYTES = 1_000_000


class NotAPicture(Invalid):
    """The bytes are not those of a picture that is taken here."""

    code = "not_a_picture"


class AvatarTooLarge(LimitReached):
    """The picture is too large."""

    code = "avatar_too_large"


class Profiles:
    """Reads and changes profiles."""

    def __init__(self, blobs: Blobs, roles: RoleBook) -> None:
        self._blobs = blobs
        self._roles = roles

    async def get(self, work: Work, user_id: UserId) -> Profile:
        row = await _row(work, user_id)
        return Profile(
            id=row.id,
            name=row.name,
            email=row.email,
            role=(await self._roles.held(work, [user_id])).get(user_id, ""),
            locale=row.locale,
            preferences=Preferences.model_validate_json(row.preferences),
            has_avatar=row.avatar is not None,
            has_password=row.password_hash is not None,
            created_at=row.created_at,
        )

    async def change(self, work: Work, user_id: UserId, change: ProfileChange) -> Profile:
        """Change what is said in `change`; the rest stays."""
        row = await _row(work, user_id)
        values: dict[str, object] = {}
        if change.name is not None:
            values["name"] = change.name
        if change.locale is not None:
            values["locale"] = change.locale
        if change.preferences is not None:
            said = change.preferences.model_dump(exclude_unset=True)
            values["preferences"] = json.dumps(json.loads(row.preferences) | said)
        if values:
            work.touch(SESSIONS_TOPIC)
            await AccountStore(work).change_user(user_id, **values)
        return await self.get(work, user_id)

    async def set_avatar(self, work: Work, user_id: UserId, content: bytes) -> None:
        """Keep a picture of at most a megabyte; what it is, its own first bytes say."""
        if len(content) > AVATAR_BYTES:
            raise AvatarTooLarge("A picture has at most 1 MB: make it smaller.", field="file")
        if media_type_of(content) is None:
            raise NotAPicture("Send a PNG, JPEG or WebP picture.", field="file")
        if max(size_of(content)) > MOST_PIXELS:  # everybody's browser draws it
            raise NotAPicture(
                f"A picture has at most {MOST_PIXELS} pixels on each side: make it smaller.",
                field="file",
            )
        blob = await self._blobs.put(content)
        await AccountStore(work).change_user(user_id, avatar=blob)

    async def remove_avatar(self, work: Work, user_id: UserId) -> None:
        # The blob stays: the same bytes may be a file of somebody's conversation.
        await AccountStore(work).change_user(user_id, avatar=None)

    async def avatar(self, work: Work, user_id: str) -> tuple[BlobId, str]:
        """The picture and its type."""
        row = await AccountStore(work).row(user_id)
        if row is None or row.avatar is None:
            raise NotFound("There is no picture of this member.")
        blob = BlobId(row.avatar)
        return blob, media_type_of(await self._blobs.get(blob)) or "application/octet-stream"


def media_type_of(content: bytes) -> str | None:
    """PNG, JPEG or WebP, or None: by what stands in the file, whatever it is called."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


async def _row(work: Work, user_id: UserId) -> Found:
    row = await AccountStore(work).row(user_id)
    if row is None:
        raise NotFound("This account is gone.")
    return row
