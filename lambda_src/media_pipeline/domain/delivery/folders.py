"""Where an asset's outputs lie in the outputs bucket: below `public/` what needs no signature.

A distribution serves both folders, each by behaviors of its own, so that what is public is told by its key.
"""

PUBLIC_FOLDER = "public/"


def attempt_folder(asset_id: str, attempt: int, *, is_public: bool) -> str:
    """Return the folder of an attempt's outputs, without a last slash."""
    return f"{asset_folder(asset_id, is_public=is_public)}{attempt}"


def asset_folder(asset_id: str, *, is_public: bool) -> str:
    """Return the folder of all of an asset's attempts that are public, or of those that are not."""
    return f"{PUBLIC_FOLDER if is_public else ''}{asset_id}/"


def asset_folders(asset_id: str) -> tuple[str, str]:
    """Return both folders: the attempts of one asset may lie in either."""
    return asset_folder(asset_id, is_public=False), asset_folder(asset_id, is_public=True)
