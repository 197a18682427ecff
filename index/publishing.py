"""Which generation counts, who may write the next one, and when an old one goes.

An index folder holds `articles-N.sqlite` (the truth), `generations/…` (one sealed vector folder
a generation) and `current.json`, the pointer that is swapped in one step. A crash at any point
leaves the last published generation whole.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import IndexDamaged, IndexingError, IndexLocked, IndexMissing, Unwritable

POINTER = "current.json"
GENERATIONS = "generations"
OWNER = "writer.txt"
LAST_RUN = "last-run.json"
IDENTITY = "identity"
"""The setting of a store that names the embedding model of its vectors."""
ON_SERVER = "server:"
"""What the name of vectors begins with that are on a Chroma server, and not in the folder."""
LOCK_WAIT_SECONDS = 10.0
# What a reader's locks and side files may need.
ROOM_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Published:
    """What the pointer names: a generation, its files below the index folder, and its maker."""

    generation: int
    store: str
    vectors: str
    identity: str


def published(folder: Path) -> Published:
    """The generation that counts now. Where the pointer is lost, the newest that is whole.

    Raises IndexMissing when there is none yet, IndexDamaged when the pointer cannot be read.
    """
    pointer = folder / POINTER
    try:
        return Published(**json.loads(pointer.read_text(encoding="utf-8")))
    except FileNotFoundError as cause:
        if found := newest_whole(folder):
            return found
        raise IndexMissing(f"there is no index in {folder} yet; run `meeting-qa index`") from cause
    except (OSError, ValueError, TypeError) as cause:
        if found := newest_whole(folder):
            return found
        raise IndexDamaged(
            f"{pointer} cannot be read ({cause}); run `meeting-qa index --rebuild`"
        ) from cause


def pointer_lost(folder: Path) -> bool:
    """Whether the pointer does not tell which generation counts, though there is one."""
    try:
        Published(**json.loads((folder / POINTER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return newest_whole(folder) is not None
    return False


def newest_whole(folder: Path) -> Published | None:
    """The newest generation that was finished, whatever the pointer says."""
    from index.storing import Store
    from index.vectors import check_seal

    sealed = (path for path in (folder / GENERATIONS).glob("*-*") if path.is_dir())
    for vectors in sorted(sealed, reverse=True):
        number = vectors.name.split("-")[0]
        for path in sorted(folder.glob("articles-*.sqlite"), reverse=True):
            if path.stem > f"articles-{number}":
                continue  # begun by a later rebuild, it knows this generation from hearsay
            with suppress(IndexingError, ValueError):
                check_seal(vectors)
                with closing(Store(path)) as store:
                    identity = store.setting(IDENTITY)
                    if identity and store.made(int(number)):
                        below = vectors.relative_to(folder).as_posix()
                        return Published(int(number), path.name, below, identity)
    return None


def publish(folder: Path, what: Published) -> None:
    """Makes a finished generation the one that counts, in one step that survives a crash."""
    if (folder / what.vectors).is_dir():
        sync_tree(folder / what.vectors)
    unfinished = folder / f"{POINTER}.{os.getpid()}"
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(asdict(what), file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / POINTER)
    _sync(folder)


def sync_tree(folder: Path) -> None:
    """Asks the disk to hold every file below a folder."""
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    at = os.open(path, os.O_RDONLY)
    try:
        os.fsync(at)
    finally:
        os.close(at)


@contextmanager
def writing(folder: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """Holds the only right to write this index folder, making the folder when it is not there.

    Waits for another writer; raises IndexLocked naming it when it does not finish in time.
    """
    from filelock import FileLock, Timeout

    owner = folder / OWNER
    lock = FileLock(str(folder / "writer.lock"), timeout=wait_seconds)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as cause:
        raise IndexLocked(
            f"{folder} is being rebuilt by {writer(folder) or 'another process'}; wait for it to "
            "finish and try again"
        ) from cause
    except OSError as cause:
        raise Unwritable(
            f"{folder} cannot be written ({cause.strerror}); name another folder with --index"
        ) from cause
    try:
        # A full disk shows itself where something counts on it.
        with suppress(OSError):
            owner.write_text(f"process {os.getpid()}", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            owner.unlink(missing_ok=True)
        lock.release()


def writer(folder: Path) -> str | None:
    """Who is writing the index now, if anybody is."""
    from filelock import FileLock, Timeout

    if not (folder / "writer.lock").is_file():
        return None
    try:
        with FileLock(str(folder / "writer.lock"), timeout=0):
            return None
    except Timeout:
        pass
    except OSError:
        return None
    try:
        return (folder / OWNER).read_text(encoding="utf-8") or "another process"
    except OSError:
        return "another process"


def note_run(folder: Path, **told: str | float) -> None:
    """Notes what the last run did, for people; a run counts without it."""
    unfinished = folder / f"{LAST_RUN}.{os.getpid()}"
    try:
        unfinished.write_text(json.dumps(told), encoding="utf-8")
        unfinished.replace(folder / LAST_RUN)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def last_run(folder: Path) -> dict[str, str | float] | None:
    """What note_run noted last."""
    try:
        told: dict[str, str | float] = json.loads((folder / LAST_RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told


def takes_files(folder: Path) -> bool:
    """Whether something can be written into a folder now."""
    tried = folder / f"room-{secrets.token_hex(4)}.tmp"
    try:
        tried.write_bytes(bytes(ROOM_BYTES))
    except OSError:
        return False
    finally:
        with suppress(OSError):
            tried.unlink(missing_ok=True)
    return True


class Lease:
    """A reader's hold on a generation: while it lasts, the vector folder is not swept away.

    Raises OSError or sqlite3.Error where no file can be made for it.
    """

    def __init__(self, vectors: Path) -> None:
        from filelock import ReadWriteLock

        self._lock = ReadWriteLock(_lease_file(vectors), is_singleton=False)
        self._lock.acquire_read()

    def release(self) -> None:
        self._lock.release(force=True)
        self._lock.close()


def sweep(folder: Path, keep: Published) -> None:
    """Removes what no pointer names and no reader holds. Only for the writer."""
    from filelock import ReadWriteLock, Timeout

    for vectors in (folder / GENERATIONS).glob("*"):
        if not vectors.is_dir() or vectors == folder / keep.vectors:
            continue
        lock = ReadWriteLock(_lease_file(vectors), is_singleton=False)
        try:
            lock.acquire_write(blocking=False)
        except Timeout:
            continue
        else:
            shutil.rmtree(vectors, ignore_errors=True)
            lock.release()
            _lease_file(vectors).unlink(missing_ok=True)
        finally:
            lock.close()
    for store in folder.glob("articles-*.sqlite*"):
        if not store.name.startswith(keep.store):
            # A reader that has it open keeps it until it closes.
            store.unlink(missing_ok=True)


def _lease_file(vectors: Path) -> Path:
    return vectors.with_name(vectors.name + ".readers")
