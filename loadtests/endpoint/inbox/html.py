"""A mail's HTML for a browser to show: with the mail's own images in it, for it may fetch none."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import unquote

from loadtests.endpoint.inbox.parts import Parts

IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
MOST_CHARACTERS = 32_000_000  # of all images together, each counted as often as it is shown
_CID = re.compile(r"""cid:([^"'\s<>)]{1,300})""", re.IGNORECASE)


def with_images(parts: Parts) -> str:
    """The HTML, in which `cid:` names of images are replaced by the images, as far as there is room."""
    images = {file.content_id: file for file in parts.files if file.content_id and file.kind in IMAGES}
    room = MOST_CHARACTERS

    def shown(match: re.Match[str]) -> str:
        nonlocal room
        image = images.get(match[1]) or images.get(unquote(match[1]))
        if image is None or len(image.content) * 4 // 3 > room:
            return match[0]
        room -= len(image.content) * 4 // 3
        return f"data:{image.kind};base64,{b64encode(image.content).decode()}"

    return _CID.sub(shown, parts.html)
