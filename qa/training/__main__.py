"""`python -m qa.training DATA OUT` trains the evidence model anew."""

import logging
import random
from pathlib import Path

import click

PASSES = 2
SEED = 20230313


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--passes", default=PASSES, show_default=True, help="Passes over the sets.")
@click.option("--seed", default=SEED, show_default=True)
@click.option("--dropout", default=0.0, show_default=True)
@click.option("--share", default=1.0, show_default=True, help="Share of the examples, for a try.")
def train(data: Path, out: Path, passes: int, seed: int, dropout: float, share: float) -> None:
    """Train on the sets in DATA/ship and write the weights to OUT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    from tokenizers import Tokenizer

    from index.embedding import packaged_model
    from qa.training.batching import MAX_TOKENS
    from qa.training.examples import (
        changed_pairs,
        passage_pairs,
        question_groups,
        rows_of,
        set_path,
        statement_groups,
        support_pairs,
    )
    from qa.training.fitting import fit
    from qa.training.mining import mined
    from qa.training.network import new_judge

    log = logging.getLogger("training")
    out.mkdir(parents=True, exist_ok=True)
    folder = packaged_model()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    judge = new_judge(folder, dropout)

    ship = data / "ship"
    known = support_pairs(ship, seed)
    passages = sorted(
        {
            row["passage"]
            for name in ("selqa", "qed", "unansq")
            for row in rows_of(set_path(ship, name, "evidence"))
        }
    )
    pairs = [*known, *changed_pairs(known, seed), *passage_pairs(passages, seed, 20_000)]
    groups = question_groups(ship, seed) + statement_groups(known, seed, 8_000)
    rng = random.Random(seed)
    pairs = rng.sample(pairs, int(share * len(pairs)))
    groups = rng.sample(groups, int(share * len(groups)))
    log.info("%d questions, %d claims; searching for hard negatives", len(groups), len(pairs))
    groups = mined(groups, judge.encoder, tokenizer, seed)
    fit(judge, groups, pairs, tokenizer, passes=passes, seed=seed, out=out)


if __name__ == "__main__":
    train()
