"""Reading: what becomes an article, with which text, and why a file does not."""

import gzip
import json
import os
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from index.errors import UnreadableFile
from index.reading import MAX_BYTES, corpus_files, read_article

NEWS = "The harbour café reopened on Monday, the owner said. Guests were pleased about it."
PAGE = f"""<!doctype html><html lang="en"><head><title>Harbour café reopens | The Quay</title>
<meta charset="{{charset}}"><meta property="og:site_name" content="The Quay">
<meta property="og:title" content="Harbour café reopens">
<meta property="article:published_time" content="2024-05-06T07:00:00Z">
<link rel="canonical" href="https://quay.example.com/cafe"></head><body>
<nav><a href="/">Home</a> <a href="/news">News</a></nav>
<article><h1>Harbour café reopens</h1><p>{NEWS}</p>
<p>It had been closed for two years while the quay was built anew, and the whole town waited.</p>
<script>alert("never shown")</script></article><footer>All rights reserved</footer></body></html>"""


def reason(path: Path, name: str | None = None) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_article(path, name or path.name)
    return str(caught.value)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_text_is_decoded_whatever_it_was_saved_in(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "a.txt", NEWS.encode(encoding))
    assert read_article(path, "a.txt").text == NEWS


def test_russian_from_before_unicode_is_decoded(tmp_path: Path) -> None:
    news = "Министр заявил, что порт снова открыт. Жители города очень рады этому событию."
    path = written(tmp_path, "a.txt", news.encode("cp1251"))
    assert read_article(path, "a.txt").text == news


def test_line_ends_of_every_system_become_newlines(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "One is here.\r\n\r\nTwo is here.\rThree is here.  \n")
    assert read_article(path, "a.txt").text == "One is here.\n\nTwo is here.\nThree is here."


def test_wording_is_kept_code_point_for_code_point(tmp_path: Path) -> None:
    news = "The cafe\u0301 ﬁrm\u00a0reopened\u200b, it said. It was ½ full."
    assert read_article(written(tmp_path, "a.txt", news), "a.txt").text == news


def test_a_text_cut_off_within_a_character_is_still_read_as_utf8(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", (NEWS + " é").encode()[:-1])
    assert read_article(path, "a.txt").text == NEWS + " \ufffd"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", "", "empty"),
        ("a.txt", " \n\t\n", "empty"),
        ("a.txt", b"news\x00\x01\x02\x03more", "NUL bytes"),
        ("a.txt", b"%PDF-1.7 news", "binary"),
        ("a.txt", "\x01\x02 news", "control characters"),
        ("a.txt", b"The caf\x81 is open again, \x8d", "encoding is unknown"),
        ("a.txt", "Share\n\nYour Comment\n", "page furniture"),
        ("a.docx", "news", "not a .txt, .md or .html file"),
        ("a.md", "---\ntitle: [one\n---\nNews.", "front matter is broken"),
        ("a.md", "---\npublished: 2023-02-30\n---\nNews.", "front matter is broken"),
        ("a.md", "---\ntitle: One\nNews without an end.", "no closing line"),
        ("a.md", "---\npublished: last week\n---\nNews.", "'last week'"),
        ("a.md", "---\ntitle: [one, two]\n---\nNews.", "gives title as a list"),
        ("a.md", "---\ntitle: One\n---\n \n", "without a text"),
        ("a.html", "<html><body></body></html>", "no article text"),
    ],
)
def test_a_file_that_is_no_article_says_why(
    tmp_path: Path, name: str, content: str | bytes, why: str
) -> None:
    assert why in reason(written(tmp_path, name, content))


def test_a_file_over_the_limit_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "20.0 MB, over the limit of 20 MB" in reason(path)


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    assert "No such file" in reason(tmp_path / "gone.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    assert reason(tmp_path / "pipe.txt") == "not a regular file"
    secret = written(tmp_path, "secret.txt", NEWS)
    secret.chmod(0)
    if os.access(secret, os.R_OK):
        pytest.skip("this user may read every file")
    assert "Permission denied" in reason(secret)


def test_front_matter_states_what_is_known(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "a.md",
        "---\ntitle: Harbour café reopens\noutlet: The Quay\npublished: 6 May 2024\n"
        f"url: https://quay.example.com/cafe\nlanguage: en\nkind: summary\n---\n\n{NEWS}\n",
    )
    article = read_article(path, "a.md")
    assert article.text == f"Harbour café reopens\n\n{NEWS}"
    assert (article.title, article.outlet) == ("Harbour café reopens", "The Quay")
    assert article.published == date(2024, 5, 6)
    assert (article.url, article.kind) == ("https://quay.example.com/cafe", "summary")
    assert article.derived == frozenset()


def test_a_headline_that_the_body_has_already_is_not_said_twice(tmp_path: Path) -> None:
    path = written(tmp_path, "a.md", f"---\ntitle: Café reopens\n---\n# Café  reopens\n\n{NEWS}")
    assert read_article(path, "a.md").text.count("reopens") == 1


def test_values_of_other_types_become_text_and_bad_addresses_nothing(tmp_path: Path) -> None:
    path = written(
        tmp_path, "a.md", f"---\ntitle: 2024\noutlet: 7\nurl: javascript:alert(1)\n---\n{NEWS}"
    )
    article = read_article(path, "a.md")
    assert (article.title, article.outlet, article.url) == ("2024", "7", None)


def test_yaml_that_would_run_code_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a.md", "---\ntitle: !!python/object/apply:os.getpid []\n---\nNews.")
    assert "front matter is broken" in reason(path)


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    path = written(tmp_path, "a.md", f"---\n\n{NEWS}\n\n---\n\nIt is the third one in the town.")
    assert read_article(path, "a.md").text == f"{NEWS}\n\nIt is the third one in the town."


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
def test_a_page_gives_its_article_and_what_it_says_about_it(tmp_path: Path, charset: str) -> None:
    path = written(tmp_path, "a.html", PAGE.replace("{charset}", charset).encode(charset))
    article = read_article(path, "a.html")
    assert article.text.startswith(f"Harbour café reopens\n\n{NEWS}\n\nIt had been closed")
    assert article.text.count("Harbour café reopens") == 1
    assert "never shown" not in article.text
    assert (article.title, article.outlet) == ("Harbour café reopens", "The Quay")
    assert article.published == date(2024, 5, 6)
    assert (article.url, article.language) == ("https://quay.example.com/cafe", "en")
    assert article.derived == {"title", "outlet", "published", "url", "language"}


def test_a_folder_lists_every_file_by_name_but_hidden_ones_and_readmes(tmp_path: Path) -> None:
    for name in [
        "b.txt",
        "a.bin",
        "deep/c.md",
        "deep/README.md",
        "ReadMe.md",
        ".x.txt",
        ".d/e.txt",
    ]:
        written(tmp_path, name, NEWS)
    assert [name for name, _ in corpus_files(tmp_path)] == ["a.bin", "b.txt", "deep/c.md"]


def test_links_out_of_the_folder_are_named_and_not_followed(tmp_path: Path) -> None:
    outside = written(tmp_path, "outside/a.txt", NEWS)
    folder = tmp_path / "corpus"
    written(folder, "deep/b.txt", NEWS)
    (folder / "deep" / "out.txt").symlink_to(outside)
    (folder / "deep" / "in.txt").symlink_to(folder / "deep" / "b.txt")
    (folder / "all").symlink_to(outside.parent)
    files = dict(corpus_files(folder))
    assert list(files) == ["all", "deep/b.txt", "deep/in.txt", "deep/out.txt"]
    assert read_article(files["deep/in.txt"], "deep/in.txt").text == NEWS
    assert "a link out of the corpus folder" in reason(files["deep/out.txt"], "deep/out.txt")
    assert "a link" in reason(files["all"], "all")


def test_the_shipped_articles_are_summaries_with_all_they_state() -> None:
    folder = Path(__file__).parents[1] / "corpus"
    articles = {name: read_article(path, name) for name, path in corpus_files(folder)}
    assert {article.outlet for article in articles.values()} >= {"IRNA", "IMNA"}
    assert all(article.title and article.kind == "summary" for article in articles.values())


def test_real_pages_give_their_main_text(tmp_path: Path) -> None:
    pages = Path(__file__).parents[2] / "shared" / "bench" / "pages"
    if not pages.exists():
        pytest.skip("the saved news pages are not here (../shared/bench/pages)")
    truth = json.loads((pages / "truth.json").read_text("utf-8"))
    scores = []
    for key in list(truth)[:10]:
        page = gzip.decompress((pages / "html" / f"{key}.html.gz").read_bytes())
        found = read_article(written(tmp_path, "a.html", page), "a.html").text
        have, want = (Counter(re.findall(r"\w+", t)) for t in (found, truth[key]["articleBody"]))
        scores.append(2 * (have & want).total() / (have.total() + want.total()))
    assert sum(scores) / len(scores) > 0.93
