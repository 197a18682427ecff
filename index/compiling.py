"""Compiling makes a network that reads text, kept in a file, ready for this processor.

Texts are read a few at a time on one thread, as many threads as there are cores, and only with
texts that are filled up to the same length. So each is computed as if it were alone, and what a
network says of it never depends on what else is read, to the last bit; and nothing waits for the
longest text of a batch.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from queue import Empty, LifoQueue
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import openvino

Progress = Callable[[int], object]

# Texts are filled up to a multiple of this, for every new shape costs some milliseconds once.
TOKENS_APART = 16
# In bfloat16 more at once is hardly faster: then it is the arithmetic that takes the time. Other
# kinds of number gain nothing at all, and 32-bit sums come out otherwise by the last bit.
AT_ONCE = 4
# Numbers that are brought to 8 bits with one scale; as many as are fast and lose little.
QUANTISED_TOGETHER = 128


class Tokens(Protocol):
    """A text or a pair of texts as the tokenizers library encodes it, without padding."""

    @property
    def ids(self) -> list[int]: ...
    @property
    def type_ids(self) -> list[int]: ...


class Network:
    """A compiled network with the inputs of BERT and one row of numbers as its output.

    May be called from several threads at once.
    """

    def __init__(self, compiled: "openvino.CompiledModel", at_once: int) -> None:
        self._compiled = compiled
        self._at_once = at_once
        self._inputs = [one.get_any_name() for one in compiled.inputs]
        self._width: int = compiled.output(0).get_partial_shape()[1].get_length()
        self._idle: LifoQueue[Any] = LifoQueue()

    def read(
        self, texts: Sequence[Tokens], progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """One row for every text, in order, each the same as if it had been read alone.

        `progress` is told how many more texts are on their way, now and then.
        """
        rows = np.empty((len(texts), self._width), dtype=np.float32)
        requests = self._requests()

        def keep(request: Any, batch: Sequence[int]) -> None:
            rows[batch] = request.get_output_tensor(0).data

        requests.set_callback(keep)
        try:
            for batch in _batches(texts, self._at_once):
                requests.start_async(self._filled([texts[at] for at in batch]), batch)
                if progress:
                    progress(len(batch))
        finally:
            requests.wait_all()
        self._idle.put(requests)
        return rows

    def _requests(self) -> Any:
        try:
            return self._idle.get_nowait()
        except Empty:
            import openvino

            return openvino.AsyncInferQueue(self._compiled)

    def _filled(self, texts: Sequence[Tokens]) -> dict[str, NDArray[np.int64]]:
        inputs = np.zeros((3, len(texts), _filled_length(texts[0])), dtype=np.int64)
        for at, text in enumerate(texts):
            tokens = len(text.ids)
            inputs[0, at, :tokens] = text.ids
            inputs[1, at, :tokens] = 1
            inputs[2, at, :tokens] = text.type_ids
        told = dict(zip(("input_ids", "attention_mask", "token_type_ids"), inputs, strict=True))
        return {name: told[name] for name in self._inputs}


def _filled_length(text: Tokens) -> int:
    return -(-len(text.ids) // TOKENS_APART) * TOKENS_APART


def _batches(texts: Sequence[Tokens], at_once: int) -> Iterator[list[int]]:
    """The places of texts that are read at once, the longest first, lest one is left for last."""
    lengths = [_filled_length(text) for text in texts]
    order = sorted(range(len(texts)), key=lambda at: -lengths[at])
    for _, alike in groupby(order, key=lambda at: lengths[at]):
        while batch := list(islice(alike, at_once)):
            yield batch


def compile_network(model: Path, threads: int | None = None) -> Network:
    """The network of an ONNX or OpenVINO file, for as many texts at once as `threads`.

    It computes in bfloat16 where the processor does so natively, else in float32, and what is
    multiplied with weights that are kept in 8 bits, in 8 bits where the processor can. Without
    `threads` every core that this process may use gets one. Raises RuntimeError when it is no such
    network.
    """
    core = load_openvino().Core()
    at_once = threads or len(os.sched_getaffinity(0))
    native = computes_bfloat16()
    compiled = core.compile_model(
        core.read_model(model),
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "bf16" if native else "f32",
            "NUM_STREAMS": at_once,
            "INFERENCE_NUM_THREADS": at_once,
            # Threads tied to a core wait for whatever else runs there.
            "ENABLE_CPU_PINNING": False,
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": QUANTISED_TOGETHER,
        },
    )
    return Network(compiled, AT_ONCE if native else 1)


def computes_bfloat16() -> bool:
    """Whether this processor computes in bfloat16 natively."""
    can: list[str] = load_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "BF16" in can


def multiplies_tiles() -> bool:
    """Whether this processor multiplies tiles of bfloat16 (AMX), which it does fastest so."""
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def quantise(model: Path, to: Path) -> None:
    """Writes an OpenVINO file once more, the weights that vectors are multiplied with in 8 bits.

    Each row of a weight has a scale and a zero of its own; small weights are kept as they are. What
    is multiplied with them is brought to 8 bits while it runs, a few numbers of one text at a time.
    """
    openvino = load_openvino()
    from openvino import opset13 as ops

    network = openvino.Core().read_model(model)
    for node in network.get_ordered_ops():
        if node.get_type_name() != "MatMul":
            continue
        kept = node.input_value(1).get_node()
        while kept.get_type_name() == "Convert":
            kept = kept.input_value(0).get_node()
        if kept.get_type_name() != "Constant":
            continue
        weight = kept.get_data().astype(np.float32)
        if min(weight.shape) < QUANTISED_TOGETHER:
            continue
        rows = weight if node.get_attributes()["transpose_b"] else weight.T
        least = rows.min(axis=1, keepdims=True, initial=0)
        scale = (rows.max(axis=1, keepdims=True, initial=1e-9) - least) / 255
        zero = np.round(-least / scale).astype(np.uint8)
        eight = np.clip(np.round(rows / scale) + zero, 0, 255).astype(np.uint8)
        full = [ops.convert(ops.constant(values), "f32") for values in (eight, zero)]
        read = ops.multiply(ops.subtract(*full), ops.constant(scale))
        product = ops.matmul(node.input_value(0), read, False, True)
        for reader in node.output(0).get_target_inputs():
            reader.replace_source_output(product.output(0))
    network.validate_nodes_and_infer_types()
    openvino.save_model(network, to, compress_to_fp16=False)


def load_openvino() -> Any:
    """The runtime by itself.

    `import openvino` also imports its converter of models, if it can, and that reports each import
    to its makers over the network. A name that stands for nothing keeps both from being imported.
    """
    absent: dict[str, Any] = sys.modules
    absent.setdefault("openvino_telemetry", None)
    converter = "openvino.tools.ovc"
    kept_out = converter not in sys.modules
    absent.setdefault(converter, None)
    try:
        import openvino
    finally:
        if kept_out:
            del sys.modules[converter]
    return openvino
