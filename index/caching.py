"""Files in the user's cache folder that are made once from what a package brings."""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory


def prepared(names: Sequence[str], make: Callable[[Sequence[Path]], None]) -> list[Path]:
    """The files of these names in the cache folder, made when they are not there.

    Their hash lies beside them; files that do not match it are made anew. `make` is given the paths
    to write to. Raises OSError where the folder cannot be written.
    """
    from filelock import FileLock

    cache = cache_folder()
    files = [cache / name for name in names]
    told = files[0].with_suffix(".sha256")
    if _match(files, told):
        return files
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{files[0]}.lock"):
        if not _match(files, told):
            with TemporaryDirectory(dir=cache) as folder:
                unfinished = [Path(folder) / name for name in names]
                make(unfinished)
                told.write_text(_hash_of(unfinished), encoding="ascii")
                for new, file in zip(unfinished, files, strict=True):
                    new.replace(file)
    return files


def cache_folder() -> Path:
    """MEETING_QA_CACHE, or where the system keeps the user's caches."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("MEETING_QA_CACHE") or user_cache_path("meeting-qa"))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_of(files: Sequence[Path]) -> str:
    first, *others = [sha256_of(file) for file in files]
    return hashlib.sha256("".join([first, *others]).encode()).hexdigest() if others else first


def _match(files: Sequence[Path], told: Path) -> bool:
    try:
        return told.read_text(encoding="ascii").strip() == _hash_of(files)
    except (OSError, UnicodeDecodeError):
        return False
