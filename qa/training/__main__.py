"""`python -m qa.training DATA OUT` trains the evidence model anew: weights, settings and card."""

import json
import logging
import random
from pathlib import Path
from typing import Any

import click

SEED = 20230313


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=SEED, show_default=True)
@click.option("--share", default=1.0, show_default=True, help="Share of the examples to draw from.")
def train(data: Path, out: Path, seed: int, share: float) -> None:
    """Train on the sets in DATA/ship, judge by those in DATA/judge, and write to OUT what
    `qa/model` holds.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    from index.embedding import packaged_model
    from qa.preparing import unpacked
    from qa.training.adapting import adapt, save_learned, tokenizer_of
    from qa.training.examples import (
        made_pairs,
        question_groups,
        rows_of,
        set_path,
        statement_groups,
        support_pairs,
    )
    from qa.training.fitting import pairs_of
    from qa.training.mining import mined

    log = logging.getLogger("training")
    out.mkdir(parents=True, exist_ok=True)
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
    groups = mined(groups, packaged_model(), tokenizer_of(packaged_model()), seed)
    learned, told_of = (
        pairs_of((drawn(groups), drawn(made_pairs(known, passages, seed + number))), rng)
        for number in range(2)
    )
    with unpacked(out) as folder:
        judge = adapt(Path(folder), learned, told_of, seed=seed, out=out)
    finish(save_learned(judge, out / "evidence.safetensors"), data, out, seed)


def finish(sha256: str, data: Path, out: Path, seed: int) -> None:
    """Writes the settings and the card of what was learned, which is in `out`.

    The weights and thresholds in the settings are those of the packaged model until
    `docs/calibrate.py` has chosen others.
    """
    from qa.judging import FOLDER, LEARNED, SETTINGS, Judge
    from qa.training.card import model_card
    from qa.training.measuring import evidence_figures, support_figures

    packaged = json.loads((FOLDER / SETTINGS).read_text(encoding="utf-8"))
    settings = {"sha256": sha256, "calibration": packaged["calibration"]}
    (out / SETTINGS).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    judge, held_back = Judge(out), data / "judge"
    card = model_card(
        evidence_figures(judge.shares, held_back, seed),
        support_figures(judge.shares, held_back, seed),
        seed=seed,
        sha256=sha256,
        megabytes=(out / LEARNED).stat().st_size / 1e6,
    )
    (out / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    train()
