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
@click.option(
    "--learned",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Weights learned from DATA/ship before, to go on with events from.",
)
def train(data: Path, out: Path, seed: int, share: float, learned: Path | None) -> None:
    """Train on the sets in DATA/ship and on the events beside this code, judge by the sets in
    DATA/judge, and write to OUT what `qa/model` holds.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    from index.embedding import packaged_model
    from qa.judging import LEARNED, Judge
    from qa.preparing import unpacked
    from qa.training.adapting import adapt, refine, resumed, save_learned, tokenizer_of
    from qa.training.events import event_pairs, read_events, stranger_pairs
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
    if learned is None:
        log.info("%d questions; searching for hard negatives", len(groups))
        groups = mined(groups, packaged_model(), tokenizer_of(packaged_model()), seed)
    *sets, again = (
        pairs_of((drawn(groups), drawn(made_pairs(known, passages, seed + number))), rng)
        for number in range(3)
    )
    with unpacked(out) as folder:
        judge = (
            resumed(Path(folder), learned)
            if learned
            else adapt(Path(folder), *sets, seed=seed, out=out)
        )
        settle(save_learned(judge, out / LEARNED), out)
        judged = Judge(out).shares
        events = rng.sample(read_events(), len(read_events()))
        narrow = [pair for event in events for pair in event_pairs(event, judged, rng)]
        narrow += stranger_pairs(events, events, judged, rng)
        refine(judge, narrow, [*again[0], *again[1]], tokenizer_of(Path(folder)), seed=seed)
    finish(save_learned(judge, out / LEARNED), data, out, seed)


def settle(sha256: str, out: Path) -> None:
    """Writes the settings of what was learned, which is in `out`.

    The weights and thresholds are those of the packaged model until `docs/calibrate.py` has chosen
    others.
    """
    from qa.judging import FOLDER, SETTINGS

    packaged = json.loads((FOLDER / SETTINGS).read_text(encoding="utf-8"))
    settings = {"sha256": sha256, "calibration": packaged["calibration"]}
    (out / SETTINGS).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def finish(sha256: str, data: Path, out: Path, seed: int) -> None:
    """Writes the settings and the card of what was learned, which is in `out`."""
    from qa.judging import LEARNED, Judge
    from qa.training.card import model_card
    from qa.training.measuring import evidence_figures, support_figures

    settle(sha256, out)
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
