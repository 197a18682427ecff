import json
import shutil
import threading

import numpy as np
import pytest

from qa.errors import EvidenceModelError
from qa.judging import FOLDER, SETTINGS, WEIGHTS, Judge

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


def test_missing_weights_are_an_error_that_names_them(copied):
    (copied / WEIGHTS).unlink()
    with pytest.raises(EvidenceModelError, match=r"evidence\.onnx cannot be used.*restore"):
        Judge(copied).shares([(QUESTION, TEXTS[0])])


def test_damaged_weights_are_an_error_even_where_they_could_be_loaded(copied):
    whole = bytearray((copied / WEIGHTS).read_bytes())
    whole[len(whole) // 2] ^= 1
    (copied / WEIGHTS).write_bytes(whole)
    with pytest.raises(EvidenceModelError, match="not the file that was published"):
        Judge(copied).shares([(QUESTION, TEXTS[0])])


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


def test_the_weights_fit_into_the_repository(judge):
    assert (FOLDER / WEIGHTS).stat().st_size <= 25_000_000
    assert len(json.loads((FOLDER / SETTINGS).read_text(encoding="utf-8"))["sha256"]) == 64
