"""Compiling makes a network that reads text, kept as ONNX, ready for this processor.

Every text is read by itself, on one thread, as many at once as there are cores. So what a network
says of a text never depends on what else is read, to the last bit; and on processors that compute
in bfloat16 this is also the fastest way, since nothing waits for the longest text of a batch.
"""

import os
import sys
from collections.abc import Callable, Sequence
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
TOLD_EVERY = 16


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

    def __init__(self, compiled: "openvino.CompiledModel") -> None:
        self._compiled = compiled
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

        def keep(request: Any, at: int) -> None:
            rows[at] = request.get_output_tensor(0).data[0]

        requests.set_callback(keep)
        try:
            for at, text in enumerate(texts):
                requests.start_async(self._filled(text), at)
                if progress and (at + 1) % TOLD_EVERY == 0:
                    progress(TOLD_EVERY)
        finally:
            requests.wait_all()
        if progress and len(texts) % TOLD_EVERY:
            progress(len(texts) % TOLD_EVERY)
        self._idle.put(requests)
        return rows

    def _requests(self) -> Any:
        try:
            return self._idle.get_nowait()
        except Empty:
            import openvino

            return openvino.AsyncInferQueue(self._compiled)

    def _filled(self, text: Tokens) -> dict[str, NDArray[np.int64]]:
        tokens = len(text.ids)
        inputs = np.zeros((3, 1, -(-tokens // TOKENS_APART) * TOKENS_APART), dtype=np.int64)
        inputs[0, 0, :tokens] = text.ids
        inputs[1, 0, :tokens] = 1
        inputs[2, 0, :tokens] = text.type_ids
        told = dict(zip(("input_ids", "attention_mask", "token_type_ids"), inputs, strict=True))
        return {name: told[name] for name in self._inputs}


def compile_network(model: Path | bytes, threads: int | None = None) -> Network:
    """The network of an ONNX file or its bytes, for as many texts at once as `threads`.

    It computes in bfloat16 where the processor does so natively, else in float32. Without `threads`
    every core that this process may use gets one. Raises RuntimeError when it is no such network.
    """
    openvino = _openvino()
    from openvino.passes import ConstantFolding, Manager

    core = openvino.Core()
    at_once = threads or len(os.sched_getaffinity(0))
    native = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    read = core.read_model(model)
    # Weights kept in 8 bits are scaled back once. Left to itself, 2026.4 would also round what is
    # multiplied by them, and in bfloat16 it divides by zero at that.
    folding = Manager()
    folding.register_pass(ConstantFolding())
    folding.run_passes(read)
    compiled = core.compile_model(
        read,
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "bf16" if native else "f32",
            "NUM_STREAMS": at_once,
            "INFERENCE_NUM_THREADS": at_once,
            # Threads tied to a core wait for whatever else runs there.
            "ENABLE_CPU_PINNING": False,
        },
    )
    return Network(compiled)


def _openvino() -> Any:
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
