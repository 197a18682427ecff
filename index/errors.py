"""What can go wrong with an index, each error naming the thing, the cause and the next step.

IndexingError
├── CorpusError        the corpus folder is missing, unreadable or holds no article
├── IndexMissing       nothing has been published in the index folder yet
├── IndexLocked        another process is rebuilding the index
├── Unwritable         the disk does not take the index: full, read-only or broken
├── ServerError        the Chroma server is lost, refuses us or holds another format
├── IdentityMismatch   the index was built by another embedding model or version
├── IndexDamaged       a published file is gone or unreadable
└── UnknownArticle     no article of that name is indexed
UnreadableFile         one file cannot become an article; it is skipped with this reason
└── InaccessibleFile   it cannot be opened now; what is known of it stays
"""


class IndexingError(Exception):
    """The index cannot do what was asked; the message says what to do next."""


class CorpusError(IndexingError):
    """The corpus folder is missing, unreadable or holds no article."""


class IndexMissing(IndexingError):
    """Nothing has been published in the index folder yet."""


class IndexLocked(IndexingError):
    """Another process is rebuilding the index."""


class Unwritable(IndexingError):
    """The disk does not take the index: it is full, read-only or broken."""


class ServerError(IndexingError):
    """The Chroma server cannot be reached or does not do what it is asked."""


class IdentityMismatch(IndexingError):
    """The index was built by another embedding model, splitter or cleaning."""


class IndexDamaged(IndexingError):
    """A file of the published index is gone or unreadable."""


class UnknownArticle(IndexingError):
    """No article of that name is indexed."""


class UnreadableFile(Exception):
    """One file cannot become an article. The message is the reason shown beside its name."""


class InaccessibleFile(UnreadableFile):
    """One file or folder cannot be opened now, so nobody knows what it holds."""
