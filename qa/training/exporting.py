"""Writes the network as an ONNX file."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from qa.training.network import Judge

OPSET = 17


class _Shares(nn.Module):
    """Probabilities instead of logits: (pairs, 4) of answers, supports, contradicts, neither."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self.judge = judge

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        evidence, support = self.judge(ids, types, mask)
        return torch.cat((evidence.sigmoid().unsqueeze(-1), support.softmax(-1)), dim=1)


def write_onnx(judge: Judge, path: Path) -> None:
    """Writes the network as it is, in 32 bits, with shares as its output."""
    judge.eval()
    ids = torch.ones(2, 8, dtype=torch.long)
    names = ["input_ids", "token_type_ids", "attention_mask"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Shares(judge),
            (ids, torch.zeros_like(ids), ids),
            str(path),
            input_names=names,
            output_names=["shares"],
            dynamic_axes={name: {0: "pairs", 1: "tokens"} for name in names}
            | {"shares": {0: "pairs"}},
            opset_version=OPSET,
            dynamo=False,
        )
