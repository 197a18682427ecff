"""The index and the answerer behind the page: made ready in the background, renewed on demand.

Nothing heavy is imported before `start`, so that the page is there at once.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa.settings import Settings
from qa.wording import counted

if TYPE_CHECKING:
    from index.articles import Article
    from index.history import Version
    from index.indexing import Report
    from index.schema import Skipped
    from index.searching import Hit, Index, Snapshot
    from qa.answering import Answerer, Question
    from qa.checking import Check
    from qa.comparing import Comparison
    from qa.judging import Judge
    from qa.page.uploading import Taken
    from qa.page.watching import Watcher
    from qa.rating import Rating
    from qa.replies import Looking, Reply

PREPARING = "Preparing the index…"
NOT_READY = "Not ready"
WARMING_UP = "What is this about?"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class State:
    """How ready the index is, in a line that people read, and why it is not.

    `behind`: the last generation answers, but could not be brought in line.
    """

    phase: Literal["preparing", "ready", "behind", "failed"]
    text: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What is indexed, as the Articles tab lists it."""

    generation: int = 0
    articles: tuple["Article", ...] = ()
    passages: dict[str, int] = field(default_factory=dict)
    skipped: tuple["Skipped", ...] = ()


class Desk:
    """Answers questions from an index that it keeps in line with a corpus folder."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.state = State("preparing", PREPARING)
        self.examples: tuple[str, ...] = ()
        self._loaded = threading.Event()
        self._prepared = threading.Event()
        self._settled = threading.Event()
        self._writing = threading.Lock()
        self._judging = threading.Lock()
        self._index: Index
        self._answerer: Answerer
        self._judge: Judge | None = None
        self._watcher: Watcher | None = None

    def start(self, follow: bool = False) -> None:
        """Loads the models and brings the index in line, in the background; with `follow` it is
        kept in line with the folder from then on.
        """
        threading.Thread(target=self._prepare, name="preparing", daemon=True).start()
        if follow and self.settings.follows_corpus:
            self.watcher.switch(True)

    @property
    def settled(self) -> bool:
        """Whether the state stays as it is until somebody adds an article or rebuilds."""
        return self._settled.is_set()

    def _prepare(self) -> None:
        from index.errors import IndexingError
        from qa.answering import Question
        from qa.errors import QuestionError

        try:
            self._load()
            if self.settings.follows_corpus:
                self._update(rebuild=False)
            self._prepared.set()
            # Loads the models; a language model only when it is asked something.
            self._answerer.ask(Question(WARMING_UP), drafting=False)
            self.state = self._ready()
            self._find_examples()
        except (IndexingError, QuestionError) as cause:
            self.state = self._not_ready(cause)
        except BaseException as cause:
            why = f"the index could not be prepared: {cause}; restart the page"
            self.state = State("failed", NOT_READY, why)
            raise
        finally:
            self._loaded.set()
            self._prepared.set()
            self._settled.set()

    def _load(self) -> None:
        from index.embedding import choose_embedder
        from index.homes import choose_home
        from index.searching import Index
        from qa.answering import open_answerer

        embedder = choose_embedder(self.settings.embedding_model)
        home = choose_home(self.settings.chroma_url)
        self._index = Index(self.settings.index, embedder, home)
        self._answerer = open_answerer(
            self._index, self.settings.evidence_model, self.settings.model
        )
        self._loaded.set()

    def update(self, rebuild: bool = False, unfinished: Collection[Path] = ()) -> "Report":
        """Brings the index in line with the corpus folder; answers use it at once.

        Until then the last generation answers. Files that are still being written (`unfinished`)
        count as they were. Raises an IndexingError with what to do.
        """
        report = self._update(rebuild, unfinished)
        self.state = self._ready()
        threading.Thread(target=self._find_examples, name="examples", daemon=True).start()
        return report

    def _update(self, rebuild: bool, unfinished: Collection[Path] = ()) -> "Report":
        from index.errors import IndexingError
        from index.indexing import update_index

        self._check_followed()
        with self._writing:
            before = self.state
            self.state = State("preparing", PREPARING)
            try:
                return update_index(
                    self.settings.corpus,
                    self.settings.index,
                    self._index.embedder,
                    rebuild,
                    self._progress,
                    unfinished,
                    self._index.home,
                )
            except IndexingError as cause:
                self.state = self._not_ready(cause)
                raise
            except BaseException:
                self.state = before
                raise

    def _check_followed(self) -> None:
        from index.errors import IndexingError

        if not self.settings.follows_corpus:
            raise IndexingError(
                f"the index on the Chroma server at {self.settings.chroma_url} is only read here, "
                "since no folder of articles was named; name it with --corpus or MEETING_QA_CORPUS"
            )

    def _progress(self, step: str, total: int) -> "_Progress":
        def tell(done: int) -> None:
            if total:
                text = f"{PREPARING} {step}, {done:,} of {total:,}"
                self.state = State("preparing", text)

        return _Progress(tell)

    def refresh(self) -> None:
        """Notices what other processes have published since."""
        from index.errors import IndexingError

        before = self.state
        if before.phase == "ready":
            with suppress(IndexingError):
                now = self._ready()
                # A rebuild may have begun meanwhile.
                if self.state is before:
                    self.state = now

    def _ready(self) -> State:
        with self._index.reading() as snapshot:
            return State("ready", f"Ready: {counted(snapshot.article_count, 'article')}")

    def _not_ready(self, cause: Exception) -> State:
        from index.errors import IndexingError
        from qa.page.turns import advice

        try:
            if isinstance(cause, IndexingError):
                text = f"{self._ready().text}, not brought in line"
                return State("behind", text, advice(cause))
        except IndexingError:
            pass
        return State("failed", NOT_READY, advice(cause))

    def _find_examples(self) -> None:
        from qa.page.offering import find_examples

        self.examples = find_examples(self._index, self._answerer)

    def stream(
        self, question: "Question", drafting: bool = False
    ) -> "Iterator[str | Looking | Reply]":
        """What is being waited for or done, then the reply; raises what the answerer raises.

        While there is no index yet it waits for it, saying so. With `drafting` the language model
        writes, where one was named.
        """
        yield from self._awaited()
        yield from self._answerer.stream(question, drafting)

    def check(self, text: str, tell: Tell) -> "tuple[Check, ...]":
        """What the articles say to every sentence of a text; `tell` hears how far it is.

        Raises an IndexingError or a QuestionError.
        """
        from qa.checking import check
        from qa.page.sentences import sentences_of

        sentences = sentences_of(text)
        for waiting in self._awaited():
            tell(waiting)
        tell("Reading the articles…")
        checks = []
        with self._index.reading() as snapshot:
            judge = self._one_judge()
            for n, sentence in enumerate(sentences, 1):
                if len(sentences) > 1:
                    tell(f"Reading the articles, sentence {n} of {len(sentences)}…")
                checks.append(check(sentence, snapshot, self._index.embed, judge))
        return tuple(checks)

    def search(self, query: str, top: int) -> "list[Hit]":
        """The best passage of every article that a query finds, best first.

        Raises an IndexingError or a QuestionError.
        """
        from qa.ranking import ranked_articles

        with self.reading() as snapshot:
            return ranked_articles(query, snapshot, self._one_judge(), top)

    @contextmanager
    def reading(self) -> "Iterator[Snapshot]":
        """One generation to read, waited for where it is not there yet. Raises an IndexingError."""
        for _ in self._awaited():
            pass
        with self._index.reading() as snapshot:
            yield snapshot

    def compare(self, topic: str, tell: Tell) -> "Comparison":
        """The articles on a topic, or all of them, side by side; `tell` hears how far it is.

        Raises an IndexingError or a QuestionError.
        """
        from qa.comparing import compare

        def start(_step: str, total: int) -> Callable[[int], None]:
            def told(done: int) -> None:
                tell(f"Comparing, {done:,} of {counted(total, 'sentence')}…")

            return _Progress(told).update

        for waiting in self._awaited():
            tell(waiting)
        tell("Comparing…")
        with self._index.reading() as snapshot:
            judge = self._one_judge()
            return compare(snapshot, topic.strip() or None, self._index.embed, judge, start)

    def _awaited(self) -> Iterator[str]:
        """Says what is waited for until there is an index to read.

        Raises an IndexingError with why there is none when it could not be made.
        """
        from index.errors import IndexingError, IndexMissing

        if not self._loaded.is_set():
            yield PREPARING
            self._loaded.wait()
        # The models could not be loaded.
        if not hasattr(self, "_answerer"):
            raise IndexingError(self.state.why)
        try:
            with self._index.reading():
                return
        except IndexMissing as cause:
            if not self._prepared.is_set():
                yield PREPARING
                self._prepared.wait()
            if self.state.phase == "failed":
                raise IndexingError(self.state.why) from cause

    def _one_judge(self) -> "Judge":
        from qa.judging import Judge

        with self._judging:
            if self._judge is None:
                self._judge = Judge()
            return self._judge

    def named(self, reply: "Reply") -> "dict[str, Article]":
        """The articles that a reply's claims name, where they are still indexed."""
        from index.errors import IndexingError, UnknownArticle
        from qa.replies import Answer

        if not isinstance(reply, Answer):
            return {}
        known = {one.article.name: one.article for one in reply.citations}
        names = {one.article for claim in reply.said for one in claim.articles}
        try:
            with self._index.reading() as snapshot:
                for name in names - known.keys():
                    try:
                        known[name] = snapshot.article(name)
                    except UnknownArticle:
                        continue
        except IndexingError:
            return known
        return known

    def versions(self, name: str) -> "tuple[Version, ...]":
        """Every text that was indexed under a name, the oldest first; none where none was."""
        from index.errors import IndexingError

        try:
            with self._index.reading() as snapshot:
                return snapshot.versions(name)
        except IndexingError:
            return ()

    def original(self, name: str) -> bytes:
        """The file of an indexed article as it is now. Raises an IndexingError or an OSError."""
        found = self.article(name)
        return (self.settings.corpus / found.name).read_bytes()

    def outlets(self) -> tuple[str, ...]:
        """The outlets of what is indexed, in order; none while there is no index."""
        from index.errors import IndexingError

        try:
            return tuple(sorted({one.outlet for one in self.listing().articles if one.outlet}))
        except IndexingError:
            return ()

    def rate(
        self, reply: "Reply", question: "Question", rating: "Rating | None", reason: str
    ) -> None:
        """Keeps what a reader thinks of a reply. Raises OSError."""
        from qa.rating import keep, rated, ratings_file

        with self._writing:
            keep(rated(reply, question, rating, reason), ratings_file(self.settings.index))

    def article(self, name: str) -> "Article":
        """An article as it is indexed now. Raises an IndexingError."""
        with self._index.reading() as snapshot:
            return snapshot.article(name)

    def listing(self) -> Listing:
        """What is indexed; nothing while there is no index. Raises an IndexingError."""
        from index.errors import IndexMissing

        if not self._loaded.is_set():
            return Listing()
        try:
            with self._index.reading() as snapshot:
                return Listing(
                    snapshot.generation,
                    tuple(snapshot.articles()),
                    snapshot.passage_counts(),
                    snapshot.skipped(),
                )
        except IndexMissing:
            return Listing()

    def take(self, files: Sequence[Path]) -> "list[Taken]":
        """Keeps uploaded files in the corpus folder, a report each. Raises an IndexingError."""
        from qa.page.uploading import take

        self._check_followed()
        with self._writing:
            return [take(file, self.settings.corpus) for file in files]

    def remove(self, name: str) -> "tuple[str, Report]":
        """Takes an article out of the corpus folder and the index; gives what puts it back.

        Raises an IndexingError, and leaves the file where it is.
        """
        from index.errors import IndexingError
        from qa.page.removing import put_back, remove

        self._check_followed()
        name = self.article(name).name
        with self._writing:
            key = remove(name, self.settings.corpus)
        try:
            return key, self.update()
        except IndexingError:
            with self._writing:
                put_back(key, self.settings.corpus)
            self.state = self._ready()
            raise

    def put_back(self, key: str) -> "tuple[str, Report]":
        """Puts a removed article back; gives its name. Raises an IndexingError."""
        from qa.page.removing import put_back

        with self._writing:
            name = put_back(key, self.settings.corpus)
        return name, self.update()

    @property
    def watcher(self) -> "Watcher":
        """Keeps the index in line with the folder while it is switched on."""
        from qa.page.watching import Watcher

        if self._watcher is None:
            self._watcher = Watcher(
                self.settings.corpus, lambda unfinished: self._follow(unfinished)
            )
        return self._watcher

    def _follow(self, unfinished: Collection[Path]) -> None:
        """Brings the index in line with what has changed, once there is one."""
        self._prepared.wait()
        # The models could not be loaded.
        if hasattr(self, "_answerer"):
            self.update(unfinished=unfinished)


class _Progress:
    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._done = 0

    def update(self, n: int) -> None:
        self._done += n
        self._tell(self._done)
