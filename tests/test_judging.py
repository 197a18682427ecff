import hashlib
import json
import re
import shutil
import threading

import numpy as np
import pytest

from qa import preparing
from qa.checking import check_against
from qa.errors import EvidenceModelError
from qa.judging import FOLDER, LEARNED, SETTINGS, Judge

QUESTION = "When will the pier open again?"
TEXTS = [
    "The pier opens again in June, after four years of repairs.",
    "Owls nest in the tower of the old town hall, and nobody knows since when.",
    "Falk.",
    "The harbour master said on Thursday that the dredging would take six weeks, that the city "
    "would pay for it, and that the ferries would keep running meanwhile as they always have.",
]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def test_a_score_does_not_depend_on_its_company(judge):
    together = judge.shares([(QUESTION, text) for text in TEXTS])
    alone = np.stack([Judge().shares([(QUESTION, text)])[0] for text in TEXTS])
    reversed_ = Judge().shares([(QUESTION, text) for text in reversed(TEXTS)])[::-1]
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together, reversed_)


def test_shares_are_probabilities(judge):
    shares = judge.shares([(QUESTION, text) for text in TEXTS])
    assert shares.shape == (4, 4)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares[:, 1:].sum(axis=1), 1, atol=1e-5)
    assert judge.shares([]).shape == (0, 4)


def test_what_answers_scores_above_what_does_not(judge):
    answers, *others = judge.shares([(QUESTION, text) for text in TEXTS])[:, 0]
    assert answers > 2 * max(others)


def test_marks_of_sources_are_no_part_of_a_statement_nor_of_a_text(judge, embedder):
    plain = check_against("The pier opens in June, at noon.", TEXTS[0], embedder.embed, judge)
    text = TEXTS[0].replace("June,", "June,[4]")
    marked = check_against(
        "The pier opens in June [1, 3], at noon.[2]", text, embedder.embed, judge
    )
    assert marked.score == plain.score
    assert marked.quoted.of(text) == text
    assert check_against("[1]", TEXTS[0], embedder.embed, judge).score < 0.5


def test_a_statement_is_told_from_its_negation_and_from_another_matter(judge):
    statement = "The pier is open."
    (yes, no, silent) = judge.support(
        statement,
        [
            "The pier is open again, and the first visitors came on Monday.",
            "The pier is not open.",
            "Owls nest in the tower of the old town hall.",
        ],
    )
    assert yes[0] > max(no[0], silent[0])
    assert no[1] > max(yes[1], silent[1])
    assert silent[2] > max(yes[2], no[2])


@pytest.fixture
def copied(tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    return folder


def test_a_missing_file_is_an_error_that_names_it(copied):
    (copied / LEARNED).unlink()
    with pytest.raises(EvidenceModelError, match=r"evidence\.safetensors cannot be used.*restore"):
        Judge(copied).shares([(QUESTION, TEXTS[0])])


def test_a_damaged_file_is_an_error_even_where_the_network_is_prepared(judge, copied):
    judge.shares([(QUESTION, TEXTS[0])])
    whole = bytearray((copied / LEARNED).read_bytes())
    whole[len(whole) // 2] ^= 1
    (copied / LEARNED).write_bytes(whole)
    with pytest.raises(EvidenceModelError, match="not the file that was published"):
        Judge(copied).shares([(QUESTION, TEXTS[0])])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"PARTS": ["no-such-package"]}, "package no-such-package is missing; run `make install`"),
        ({"PARTS": ["numpy"]}, "package numpy lacks its part of the evidence model"),
        ({"PARTS": preparing.PARTS[:2]}, "do not hold the evidence model"),
        ({"PUBLISHED": {"tokenizer.json": "0" * 64}}, "tokenizer.json cannot be used: it is not"),
    ],
)
def test_packages_that_do_not_hold_the_model_are_an_error(monkeypatch, tmp_path, change, told):
    for name, value in change.items():
        monkeypatch.setattr(preparing, name, value)
    with pytest.raises(EvidenceModelError, match=re.escape(told)):
        preparing.unpacked(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "trouble", [EvidenceModelError("damaged"), RuntimeError("no such network")]
)
def test_what_goes_wrong_while_loading_ahead_is_told_at_the_first_use(monkeypatch, trouble):
    # What a thread leaves unhandled is an error here, since every warning is.
    def fail(judge):
        raise trouble

    judge = Judge()
    monkeypatch.setattr(Judge, "_load", fail)
    before = set(threading.enumerate())
    judge.load_ahead()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    with pytest.raises(type(trouble), match=str(trouble)):
        judge.shares([("Is it open?", "It is.")])


@pytest.mark.parametrize("told", ["", "{", '{"sha256": "0"}'])
def test_settings_that_cannot_be_read_are_an_error(copied, told):
    (copied / SETTINGS).write_text(told, encoding="utf-8")
    with pytest.raises(EvidenceModelError, match=r"evidence\.json cannot be used"):
        Judge(copied)


def test_what_was_learned_fits_into_the_repository():
    told = json.loads((FOLDER / SETTINGS).read_text(encoding="utf-8"))
    assert (FOLDER / LEARNED).stat().st_size <= 25_000_000
    assert hashlib.sha256((FOLDER / LEARNED).read_bytes()).hexdigest() == told["sha256"]


@pytest.mark.slow
def test_in_8_bits_the_network_judges_nearly_as_in_16(judge, monkeypatch, tmp_path):
    other = not preparing.multiplies_tiles()
    monkeypatch.setenv("MEETING_QA_CACHE", str(tmp_path))
    monkeypatch.setattr(preparing, "multiplies_tiles", lambda: other)
    pairs = [(QUESTION, text) for text in TEXTS]
    assert np.abs(Judge().shares(pairs) - judge.shares(pairs)).max() < 0.1
    assert len(list(tmp_path.glob("*.bin"))) == 1
