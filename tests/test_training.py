"""The parts of training that can be told right or wrong without training."""

import gzip
import hashlib
import json
import random

import numpy as np
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
from qa.training.batching import LABELS, Pair
from qa.training.events import Event, event_pairs, read_events, stranger_pairs
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
    [Pair(f"When does pier {n} open?", f"Pier {n} opens in June.", evidence=1) for n in range(60)],
    [Pair(f"Pier {n} opens in June.", f"Pier {n} is shut.", support=1) for n in range(60)],
)


def test_what_learned_one_task_tells_of_every_pair_once(tmp_path):
    from qa.training.adapting import tokenizer_of, told_by
    from qa.training.network import new_judge

    large = tiny(tmp_path / "large", "mpnet")
    for pairs, logits in zip(PAIRS, (1, 3), strict=True):
        told = told_by(new_judge(large), pairs, tokenizer_of(large), RNG)
        assert {(one.first, one.second) for one in told} == {(p.first, p.second) for p in pairs}
        assert {len(one.told) for one in told} == {logits}


def test_a_large_encoder_learns_by_changes_of_low_rank_that_can_be_added_to_it_again(
    tmp_path, monkeypatch
):
    import torch

    from qa.preparing import add_learned
    from qa.training import adapting
    from qa.training.network import new_judge

    monkeypatch.setattr(adapting, "KEPT_LAYERS", 1)
    # Several batches, for nothing is learned from the first.
    monkeypatch.setattr("qa.training.batching.BATCH_TOKENS", 640)
    large = tiny(tmp_path / "large", "mpnet")
    both = adapting.adapt(large, PAIRS, PAIRS, seed=1, out=tmp_path).eval()
    path = tmp_path / "learned.safetensors"
    sha256 = adapting.save_learned(both, path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256

    again = new_judge(large).eval()
    untouched = {name: weight.clone() for name, weight in again.state_dict().items()}
    with torch.no_grad():
        add_learned(again, path)
        ids = torch.tensor([[0, 2054, 2003, 2, 2, 2009, 2]])
        told = (ids, torch.zeros_like(ids), torch.ones_like(ids))
        for learned, added in zip(both(*told), again(*told), strict=True):
            torch.testing.assert_close(added, learned, atol=0.02, rtol=0.02)
    changed = {
        name for name, now in again.state_dict().items() if not torch.equal(now, untouched[name])
    }
    assert "encoder.encoder.layer.1.output.dense.weight" in changed
    assert not {name for name in changed if "layer.0" in name or "embeddings" in name}
    assert path.stat().st_size < (large / "model.safetensors").stat().st_size / 10


def test_what_was_learned_can_be_gone_on_from(tmp_path, monkeypatch):
    import torch

    from qa.training import adapting

    monkeypatch.setattr(adapting, "KEPT_LAYERS", 1)
    monkeypatch.setattr(adapting, "REFINING_TOKENS", 640)
    large = tiny(tmp_path / "large", "mpnet")
    path = tmp_path / "learned.safetensors"
    both = adapting.adapt(large, PAIRS, PAIRS, seed=1, out=tmp_path).eval()
    adapting.save_learned(both, path)
    again = adapting.resumed(large, path).eval()
    ids = torch.tensor([[0, 2054, 2003, 2, 2, 2009, 2]])
    told = (ids, torch.zeros_like(ids), torch.ones_like(ids))
    with torch.no_grad():
        before = again(*told)
        for learned, resumed in zip(both(*told), before, strict=True):
            torch.testing.assert_close(resumed, learned, atol=0.02, rtol=0.02)
    adapting.refine(again, PAIRS[0], PAIRS[1], adapting.tokenizer_of(large), seed=1)
    with torch.no_grad():
        # Every label of the first task is "answers".
        assert float(again(*told)[0]) > float(before[0]) + 0.001


EVENT = Event(
    "pier",
    {
        "post": "Pier opens\n\nPost | 2024-05-03\n\nThe pier of Nyborg opened on Friday. "
        "Mayor Ines Falk cut a ribbon at noon. It cost 12 million crowns. "
        "Owls nest in the old tower.",
        "herald": "A new pier\n\nHerald | 2024-05-03\n\nNyborg has a new pier since Friday. "
        "Nobody told who paid for it. A band played until late in the evening.",
    },
    [
        {"question": "When did it open?", "evidence": {"post": ["opened on  Friday"]}},
        {"question": "Who paid for the pier?", "evidence": {}},
    ],
    [
        {
            "claim": "The pier cost 15 million crowns.",
            "labels": {"post": "differs", "herald": "silent"},
            "evidence": {"post": ["It cost 12 million"]},
        },
        {
            "claim": "Nyborg's pier opened on a Friday.",
            "labels": {"post": "supports", "herald": "supports"},
            "evidence": {"post": ["opened on Friday"], "herald": ["since Friday"]},
        },
    ],
)


def test_of_an_event_is_learned_what_answers_and_what_is_most_taken_for_it():
    def judged(pairs):
        return np.array([[0.5 + 0.4 * ("told" in text), 0.2, 0.1, 0.7] for _, text in pairs])

    pairs = event_pairs(EVENT, judged, random.Random(1))
    asked = {pair.second: pair.evidence for pair in pairs if pair.first == "When did it open?"}
    assert asked["The pier of Nyborg opened on Friday."] == 1
    assert sum(asked.values()) == 1
    unanswered = {pair.second: pair.evidence for pair in pairs if pair.first.startswith("Who paid")}
    assert set(unanswered.values()) == {0}
    assert "Nobody told who paid for it." in unanswered
    cost = [pair for pair in pairs if pair.first.startswith("The pier cost")]
    told = {pair.second.partition(" It cost")[2]: pair.support for pair in cost}
    assert told.pop(" 12 million crowns.") == LABELS["contradicts"]
    assert set(told.values()) <= {LABELS["neutral"]}
    # Neither a telling sentence nor the one behind it, which is read with it, is called neutral.
    neutral = [pair.second for pair in pairs if pair.support == LABELS["neutral"]]
    assert not [text for text in neutral if "opened on Friday" in text and "opened" in text]


def test_what_is_said_of_others_does_not_answer_a_question_that_names_someone():
    def judged(pairs):
        return np.array([[0.9 if "Skagen" in text else 0.1] for _, text in pairs])

    def event(name, said, *questions):
        asked = [{"question": one, "evidence": {}} for one in questions]
        return Event(name, {"post": f"News\n\nPost | 2024-05-03\n\n{said}"}, asked, [])

    nyborg = event(
        "nyborg",
        "The pier of Nyborg opened on Friday.",
        "When did the pier of Nyborg open?",
        "When did the new pier open?",
    )
    skagen = event("skagen", "Skagen said its pier opened in March. A pier of Ribe opened in May.")
    other = event("other", "The pier of Nyborg opened before the war.")
    among = [nyborg, skagen, other]
    pairs = stranger_pairs([nyborg], among, judged, random.Random(1))
    # The one taken for an answer most, of an article that never names it; nothing where no name is
    # asked for.
    assert [(pair.first, pair.second, pair.evidence) for pair in pairs] == [
        ("When did the pier of Nyborg open?", "Skagen said its pier opened in March.", 0)
    ]
    assert not stranger_pairs([nyborg], [nyborg, other], judged, random.Random(1))


def test_the_events_are_whole_and_every_snippet_stands_in_one_sentence():
    def judged(pairs):
        return np.full((len(pairs), 4), 0.25)

    events = read_events()
    assert len({event.name for event in events}) == len(events)
    for event in events[::20]:
        pairs = event_pairs(event, judged, random.Random(1))
        answered = {pair.first for pair in pairs if pair.evidence == 1}
        for asked in event.questions:
            assert (asked["question"] in answered) == bool(asked["evidence"]), asked
        told = {pair.first for pair in pairs if pair.support in (0, 1)}
        assert told == {one["claim"] for one in event.claims if one["evidence"]}


def test_what_a_teacher_tells_counts_more_than_the_label():
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
