"""`python -m qa.training DATA OUT` trains the evidence model anew: weights, settings and card."""

import json
import logging
import random
from pathlib import Path
from typing import Any

import click

PASSES = 1
SEED = 20230313


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--passes", default=PASSES, show_default=True, help="Passes over the sets.")
@click.option("--seed", default=SEED, show_default=True)
@click.option(
    "--start",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An earlier evidence.onnx to train on from.",
)
@click.option("--share", default=1.0, show_default=True, help="Share of the examples in a pass.")
@click.option(
    "--teacher",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with a larger encoder, which learns first and is then learned from.",
)
def train(
    data: Path,
    out: Path,
    passes: int,
    seed: int,
    start: Path | None,
    share: float,
    teacher: Path | None,
) -> None:
    """Train on the sets in DATA/ship, judge by those in DATA/judge, and write to OUT what
    `qa/model` holds.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    from index.embedding import packaged_model
    from qa.training.examples import (
        made_pairs,
        question_groups,
        rows_of,
        set_path,
        statement_groups,
        support_pairs,
    )
    from qa.training.exporting import load_exported
    from qa.training.fitting import batches_of, fit, pairs_of
    from qa.training.mining import mined
    from qa.training.network import new_judge
    from qa.training.teaching import teach, tokenizer_of

    log = logging.getLogger("training")
    out.mkdir(parents=True, exist_ok=True)
    folder = packaged_model()
    tokenizer = tokenizer_of(folder)
    judge = new_judge(folder)

    ship = data / "ship"
    known = support_pairs(ship, seed)
    passages = sorted(
        {
            row["passage"]
            for name in ("selqa", "qed", "unansq")
            for row in rows_of(set_path(ship, name, "evidence"))
        }
    )
    rng = random.Random(seed)

    def drawn(everything: list[Any]) -> list[Any]:
        return rng.sample(everything, int(share * len(everything)))

    groups = question_groups(ship, seed) + statement_groups(known, seed, 8_000)
    log.info("%d questions; searching for hard negatives", len(groups))
    groups = mined(groups, folder, tokenizer, seed)
    rounds = [
        (drawn(groups), drawn(made_pairs(known, passages, seed + number)))
        for number in range(2 if teacher else passes)
    ]
    log.info("%d questions and %d claims a pass", len(rounds[0][0]), len(rounds[0][1]))
    if start:
        load_exported(judge, start)
    if teacher:
        learned, told_of = (pairs_of(one, rng) for one in rounds)
        teach(judge, teacher, learned, told_of, tokenizer, seed=seed, out=out)
    else:
        fit(judge, list(batches_of(rounds, tokenizer, seed)), seed=seed, out=out)
    taught_by = teacher.name if teacher else None
    finish(judge, data, out, passes * share, seed, start is not None, taught_by)


def finish(
    network: Any,
    data: Path,
    out: Path,
    passes: float,
    seed: int,
    went_on: bool,
    taught_by: str | None,
) -> None:
    """Writes the weights as they ship, their settings and their card.

    The weights and thresholds in the settings are those of the packaged model until
    `docs/calibrate.py` has chosen others.
    """
    from qa.judging import FOLDER, SETTINGS, WEIGHTS, Judge
    from qa.training.card import model_card
    from qa.training.exporting import export
    from qa.training.measuring import evidence_figures, support_figures

    sha256 = export(network, out / WEIGHTS)
    packaged = json.loads((FOLDER / SETTINGS).read_text(encoding="utf-8"))
    settings = {"sha256": sha256, "calibration": packaged["calibration"]}
    (out / SETTINGS).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    judge, held_back = Judge(out), data / "judge"
    card = model_card(
        evidence_figures(judge.shares, held_back, seed),
        support_figures(judge.shares, held_back, seed),
        passes=passes,
        went_on=went_on,
        taught_by=taught_by,
        seed=seed,
        sha256=sha256,
        megabytes=(out / WEIGHTS).stat().st_size / 1e6,
    )
    (out / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    train()
