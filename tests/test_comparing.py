from datetime import date

import pytest

from index.articles import Article
from index.indexing import update_index
from index.searching import Index
from qa.comparing import MAX_ARTICLES, compare
from qa.copying import original_of, same_text
from qa.errors import TooMuchToCompare

SUPPORTS = (0.9, 0.05, 0.05)
PIER = "The pier at Norvik opens again in June. Harbour master Ines Falk said so on Monday."
RIVAL = "The pier at Norvik opens again in July. Ines Falk will cut the ribbon herself then."
FAR = "A comet passed over Quito last night. Astronomer Luz Paredes watched it for an hour."


@pytest.fixture
def snapshot(tmp_path, embedder):
    """Opens an index over articles given by file name."""

    def make(**texts: str):
        corpus = tmp_path / "articles"
        corpus.mkdir()
        for name, text in texts.items():
            (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
        update_index(corpus, tmp_path / "index", embedder)
        return Index(tmp_path / "index", embedder)

    return make


def verdicts(claim):
    return {one.article: (one.verdict, one.note) for one in claim.articles}


def test_a_claim_of_one_article_is_held_against_the_others_on_its_event(
    snapshot, embedder, scripted
):
    index = snapshot(a=PIER, b=RIVAL, c=FAR)
    with index.reading() as opened:
        found = compare(opened, None, embedder.embed, scripted({}))
    assert [one.name for one in found.articles] == ["a.txt", "b.txt", "c.txt"]
    by_text = {claim.text: claim for claim in found.claims}
    june = by_text["The pier at Norvik opens again in June."]
    assert verdicts(june)["b.txt"] == ("differs", "says July, not June")
    assert "c.txt" not in verdicts(june)
    # What the other says otherwise is told in the same row, not once more.
    assert "The pier at Norvik opens again in July." not in by_text
    assert set(verdicts(by_text["A comet passed over Quito last night."])) == {"c.txt"}
    # Disagreements come first.
    assert found.claims[0] is june


def test_sentences_that_say_the_same_make_one_row(snapshot, embedder, scripted):
    first, again = "The pier at Norvik opens in June.", "In June the pier at Norvik opens again."
    index = snapshot(a=first + " Falk said so.", b=again + " Falk was glad of it.")
    model = scripted({(first, again[:20]): SUPPORTS, (again, first[:20]): SUPPORTS})
    with index.reading() as opened:
        found = compare(opened, None, embedder.embed, model)
    row = next(claim for claim in found.claims if claim.text == first)
    assert verdicts(row) == {"a.txt": ("supports", None), "b.txt": ("supports", None)}
    assert again not in [claim.text for claim in found.claims]
    quotes = {one.n: one.quote for one in found.citations}
    assert [quotes[n] for n in row.citations] == [first, again]


def test_too_many_articles_ask_for_a_topic(snapshot, embedder, scripted):
    texts = {f"n{at}": f"Harbour {at} opened its pier. Nobody came." for at in range(9)}
    assert len(texts) > MAX_ARTICLES
    index = snapshot(**texts, comet=FAR)
    with index.reading() as opened:
        with pytest.raises(TooMuchToCompare, match=r"10 articles .*name a topic"):
            compare(opened, None, embedder.embed, scripted({}))
        found = compare(opened, "the comet over Quito", embedder.embed, scripted({}))
    assert [one.name for one in found.articles] == ["comet.txt"]


def wire(name: str, day: int, text: str) -> Article:
    return Article(name, text, published=date(2024, 5, day))


LONG = " ".join(f"Sentence number {at} of the agency's story about the pier." for at in range(9))


def test_the_first_to_carry_a_text_is_its_original():
    story = [
        wire("b.txt", 3, LONG + " Ends."),
        wire("a.txt", 4, "Norvik. " + LONG),
        wire("c.txt", 3, FAR),
    ]
    assert original_of(story) == {"a.txt": "b.txt"}
    assert same_text(story[0], story[1])
    assert not same_text(story[0], story[2])
