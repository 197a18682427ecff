"""The parts of training that can be told right or wrong without training."""

import gzip
import json
import random

import pytest

from qa.training.altering import (
    change_name,
    change_negation,
    change_number,
    change_opposite,
    change_roles,
    change_word,
    names_in,
)
from qa.training.batching import Pair
from qa.training.examples import (
    QuestionGroup,
    SupportPair,
    as_question,
    behind_neighbour,
    changed_pairs,
    question_groups,
)
from qa.training.measuring import auroc

RNG = random.Random(4)


@pytest.mark.parametrize(
    ("change", "text", "kept"),
    [
        (change_number, "The pier cost 3,200 crowns.", ("The pier cost ", " crowns.")),
        (change_word, "It opens on Monday.", ("It opens on ", ".")),
        (change_opposite, "Prices increased in spring.", ("Prices decreased in spring.", "")),
        (change_negation, "The pier is open.", ("The pier is not open.", "")),
        (change_negation, "The pier is not open.", ("The pier is open.", "")),
    ],
)
def test_a_change_changes_one_thing(change, text, kept):
    changed = change(text, RNG, [])
    assert changed != text
    assert changed.startswith(kept[0])
    assert changed.endswith(kept[1])


def test_a_name_is_exchanged_for_another_one():
    text = "The pier was opened by Ines Falk on Monday."
    assert names_in(text) == ["Ines Falk", "Monday"]
    changed = {change_name(text, RNG, ["Tomas Reed"]) for _ in range(20)}
    assert "The pier was opened by Tomas Reed on Monday." in changed


def test_what_cannot_be_changed_is_left_alone():
    assert change_number("No number here.", RNG, []) is None
    assert change_name("the pier is open", RNG, ["Falk"]) is None


@pytest.mark.parametrize(
    ("claim", "changed"),
    [
        ("Norvik imposed tolls on Nyborg.", "Nyborg imposed tolls on Norvik."),
        ("Clara Falk succeeded Tomas Reed in May.", "Tomas Reed succeeded Clara Falk in May."),
        ("Ines Falk met with Tomas Reed.", None),
        ("The pier was built by Ines Falk.", None),
    ],
)
def test_roles_are_exchanged_only_where_that_says_something_else(claim, changed):
    assert change_roles(claim) == changed


@pytest.mark.parametrize(
    ("claim", "question"),
    [
        ("Ines Falk was born in Norvik.", "Was Ines Falk born in Norvik?"),
        ("The pier opens in June.", None),
        ("The pier is not open.", None),
    ],
)
def test_a_simple_statement_becomes_a_question(claim, question):
    assert as_question(claim) == question


def test_only_supported_claims_are_changed_and_then_are_supported_no_more():
    pairs = [
        SupportPair("It cost 12 crowns.", "They paid 12 crowns.", label)
        for label in ("supports", "neutral", "contradicts")
        for _ in range(20)
    ]
    changed = list(changed_pairs(pairs, seed=1))
    assert changed
    assert {one.label for one in changed} == {"contradicts"}
    assert all(one.claim != "It cost 12 crowns." for one in changed)


def test_questions_are_read_with_what_answers_them_and_what_does_not(tmp_path):
    passage = "The pier opens in June. Owls nest in the old tower. Nobody knows since when."
    row = {
        "question": "When does it open?",
        "sentence": "The pier opens in June.",
        "passage": passage,
        "label": 1,
    }
    for name in ("squad-nqg", "unansq", "selqa", "qed"):
        rows = [row] if name == "qed" else []
        with gzip.open(tmp_path / f"{name}.evidence.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(one) + "\n" for one in rows)
    with gzip.open(tmp_path / "unansq.evidence.twins.jsonl.gz", "wt") as file:
        file.write("")
    groups = question_groups(tmp_path, seed=1)
    assert groups[0] == QuestionGroup(
        "When does it open?",
        ("The pier opens in June.",),
        ("Owls nest in the old tower.", "Nobody knows since when."),
    )


def test_a_sentence_is_read_behind_its_neighbour():
    passage = "The pier opens in June. Owls nest in the old tower. Nobody knows since when."
    behind = behind_neighbour("Nobody knows since when.", passage)
    assert behind == "Owls nest in the old tower. Nobody knows since when."
    assert behind_neighbour("The pier opens in June.", passage) == "The pier opens in June."


def test_training_goes_on_from_what_was_exported(tmp_path):
    from index.embedding import packaged_model
    from qa.training.exporting import export, load_exported
    from qa.training.network import new_judge

    judge = new_judge(packaged_model())
    export(judge, tmp_path / "evidence.onnx")
    again = new_judge(packaged_model())
    load_exported(again, tmp_path / "evidence.onnx")
    for name, weight in judge.state_dict().items():
        # To within half a step of 8 bits.
        step = weight.abs().max() / 127
        assert (again.state_dict()[name] - weight).abs().max() <= step, name


def test_auroc_counts_ties_half():
    assert auroc([0.9, 0.8, 0.1], [True, True, False]) == 1.0
    assert auroc([0.1, 0.9], [True, False]) == 0.0
    assert auroc([0.5, 0.5], [True, False]) == 0.5


def tiny(folder, kind):
    """A folder with an encoder of two layers of 32 numbers, untrained, and the real tokenizer."""
    import shutil

    from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

    from index.embedding import packaged_model

    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    sizes |= {"intermediate_size": 64, "vocab_size": 30_527, "max_position_embeddings": 514}
    config, model = {"bert": (BertConfig, BertModel), "mpnet": (MPNetConfig, MPNetModel)}[kind]
    model(config(**sizes)).save_pretrained(folder)
    shutil.copy(packaged_model() / "tokenizer.json", folder)
    return folder


PAIRS = (
    [Pair(f"When does pier {n} open?", f"Pier {n} opens in June.", evidence=1) for n in range(9)],
    [Pair(f"Pier {n} opens in June.", f"Pier {n} is shut.", support=1) for n in range(9)],
)


def test_a_teacher_tells_of_every_pair_once_and_the_small_network_learns_from_it(tmp_path):
    import torch

    from qa.training.network import new_judge
    from qa.training.teaching import teach, tokenizer_of, told_by

    large, small = tiny(tmp_path / "large", "mpnet"), tiny(tmp_path / "small", "bert")
    for pairs, logits in zip(PAIRS, (1, 3), strict=True):
        told = told_by(new_judge(large), pairs, tokenizer_of(large), RNG)
        assert {(one.first, one.second) for one in told} == {(p.first, p.second) for p in pairs}
        assert {len(one.told) for one in told} == {logits}
    judge = new_judge(small)
    before = {name: weight.clone() for name, weight in judge.state_dict().items()}
    teach(judge, large, PAIRS, PAIRS, tokenizer_of(small), seed=1, out=tmp_path)
    after = judge.state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert "encoder.embeddings.word_embeddings.weight" not in moved
    assert {"evidence.0.weight", "encoder.encoder.layer.0.output.dense.weight"} <= moved
    assert (tmp_path / "weights.safetensors").is_file()


def test_what_a_teacher_tells_counts_more_than_the_label():
    import numpy as np
    import torch

    from qa.training.batching import Batch
    from qa.training.fitting import LABEL_SHARE, evidence_loss, support_loss

    empty = np.zeros((1, 8), dtype=np.int64)

    def batch(evidence, support, *told):
        labels = np.array([evidence]), np.array([support])
        return Batch((), empty, empty, empty, *labels, np.array([told], dtype=np.float32))

    sure = torch.tensor([8.0])
    labelled = evidence_loss(sure, batch(0, -1))
    assert float(evidence_loss(sure, batch(0, -1, 8.0))) == pytest.approx(
        LABEL_SHARE * float(labelled), rel=0.01
    )
    supports = torch.tensor([[8.0, 0.0, 0.0]])
    labelled = support_loss(supports, batch(-1, 1))
    assert float(support_loss(supports, batch(-1, 1, 8.0, 0.0, 0.0))) == pytest.approx(
        LABEL_SHARE * float(labelled), rel=0.01
    )
