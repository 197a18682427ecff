"""Writes the network as one ONNX file with 8-bit weights, and reads it back to train on from it."""

import hashlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from qa.training.network import Judge

OPSET = 17
# Smaller than this a weight stays as it is: biases, norms.
SMALLEST_QUANTISED = 4_096


class _Shares(nn.Module):
    """Probabilities instead of logits: (pairs, 4) of answers, supports, contradicts, neither."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self.judge = judge

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        evidence, support = self.judge(ids, types, mask)
        return torch.cat((evidence.sigmoid().unsqueeze(-1), support.softmax(-1)), dim=1)


def export(judge: Judge, path: Path) -> str:
    """Writes the file and returns its SHA-256.

    Weights are kept in 8 bits with a scale for each output; sums are made in float32, so that a
    pair's score is the same in any company.
    """
    import onnx

    judge.eval()
    ids = torch.ones(2, 8, dtype=torch.long)
    raw = path.with_suffix(".raw.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Shares(judge),
            (ids, torch.zeros_like(ids), ids),
            str(raw),
            input_names=["input_ids", "token_type_ids", "attention_mask"],
            output_names=["shares"],
            dynamic_axes={
                name: {0: "pairs", 1: "tokens"}
                for name in ("input_ids", "token_type_ids", "attention_mask")
            }
            | {"shares": {0: "pairs"}},
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(str(raw))
    raw.unlink()
    _quantise(model)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_exported(judge: Judge, path: Path) -> None:
    """Puts the weights of an exported file into the network, as far as 8 bits kept them."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(path))
    values = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear":
            whole, scale = (values[name] for name in node.input)
            values[node.output[0]] = whole * (scale if node.attribute[0].i else scale[:, None])
    # The exporter turns the weights of products around and renames them, but keeps their order.
    products = iter(name for name in values if name.startswith("onnx::MatMul") and "." not in name)
    state = judge.state_dict()
    for name, kept in state.items():
        exported = values.get(f"judge.{name}")
        if exported is None:
            exported = values[next(products)].T
        state[name] = torch.from_numpy(np.array(exported, dtype=np.float32)).reshape(kept.shape)
    judge.load_state_dict(state)


def _quantise(model: Any) -> None:
    """Replaces large float weights by 8-bit ones that are scaled back where they are used."""
    from onnx import helper, numpy_helper

    graph = model.graph
    gathered = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    kept, new = [], []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < SMALLEST_QUANTISED or values.ndim != 2:
            kept.append(weight)
            continue
        # A row for a looked-up token, a column for an output of a product.
        axis = 0 if weight.name in gathered else 1
        scale = np.abs(values).max(axis=1 - axis, keepdims=True).astype(np.float32) / 127
        scale[scale == 0] = 1
        whole = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
        name = weight.name
        kept += [
            numpy_helper.from_array(whole, f"{name}.whole"),
            numpy_helper.from_array(scale.reshape(-1), f"{name}.scale"),
        ]
        new.append(
            helper.make_node(
                "DequantizeLinear", [f"{name}.whole", f"{name}.scale"], [name], axis=axis
            )
        )
    del graph.initializer[:]
    graph.initializer.extend(kept)
    nodes = [*new, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
