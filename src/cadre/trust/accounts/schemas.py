"""What the routes of accounts take and give."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

KeyName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class KeyRequest(BaseModel):
    """`name` tells people what the key is for."""

    model_config = ConfigDict(extra="forbid")
    name: KeyName
