import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.compiling import compile_network
from index.embedding import (
    PackagedEmbedder,
    SentenceTransformerEmbedder,
    exported_model,
    packaged_model,
)

PROJECT = Path(__file__).parents[1]
TEXTS = [
    "Work on the harbour began on Thursday.",
    "",
    "The night trams will run again from June. The mayor announced it on Monday. " * 12,
    "A ticket costs two crowns.",
    "Owls nest in the bell tower, and the ringers have stopped the bells for a month. " * 40,
]


@pytest.fixture(scope="module")
def packaged():
    return PackagedEmbedder()


@pytest.mark.slow
def test_the_packaged_model_gives_what_sentence_transformers_gives(packaged):
    reference = SentenceTransformerEmbedder(str(packaged_model())).embed(TEXTS)
    cosines = (packaged.embed(TEXTS) * reference).sum(axis=1)
    assert cosines.min() > 0.9995


def test_a_text_has_the_same_vector_in_whatever_company_it_comes(packaged):
    together = packaged.embed([text for text in TEXTS for _ in range(3)])[::3]
    alone = np.concatenate([packaged.embed([text]) for text in TEXTS])
    one_thread = PackagedEmbedder(threads=1).embed(TEXTS)
    assert np.array_equal(together, alone)
    assert np.array_equal(together, one_thread)


def test_every_text_gets_a_unit_vector_and_no_text_gives_no_row(packaged):
    assert np.linalg.norm(packaged.embed(TEXTS), axis=1) == pytest.approx(np.ones(len(TEXTS)))
    assert packaged.embed([]).shape == (0, 384)


def test_progress_tells_of_every_text_once(packaged):
    told: list[int] = []
    packaged.embed(TEXTS * 9, told.append)
    assert sum(told) == len(TEXTS) * 9


def test_several_threads_may_embed_at_once(packaged):
    expected = packaged.embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(packaged.embed, [TEXTS] * 12):
            assert np.array_equal(vectors, expected)


def test_a_network_is_compiled_from_a_file_or_from_its_bytes():
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
    tokenizer.no_padding()
    tokens = [tokenizer.encode("Which corridor?", "The north-south corridor.")]
    exported = exported_model(packaged_model())
    rows = compile_network(exported).read(tokens)
    assert np.array_equal(rows, compile_network(exported.read_bytes()).read(tokens))


def test_embedding_imports_neither_torch_nor_anything_that_reports_home():
    script = (
        "import sys\n"
        "from index.embedding import PackagedEmbedder\n"
        "PackagedEmbedder().embed(['The harbour is closed.'])\n"
        "loaded = [name for name, module in sys.modules.items() if module]\n"
        "assert 'openvino' in loaded\n"
        "print([name for name in loaded if 'telemetry' in name or name == 'torch'])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
