"""The network: an encoder with two heads, one for evidence and one for support."""

from inspect import signature
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

# supports, contradicts, neither
VERDICTS = 3


class Judge(nn.Module):
    """Reads two texts in one pass: (question, sentence) or (claim, source).

    `forward` takes token ids, token types and a mask, each (pairs, tokens), and returns the
    evidence logits (pairs,) and the support logits (pairs, 3).
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        width: int = encoder.config.hidden_size
        self.evidence = nn.Sequential(nn.Linear(2 * width, width), nn.Tanh(), nn.Linear(width, 1))
        self.support = nn.Sequential(
            nn.Linear(2 * width, width), nn.Tanh(), nn.Linear(width, VERDICTS)
        )
        self._typed = "token_type_ids" in signature(encoder.forward).parameters

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        typed = {"token_type_ids": types} if self._typed else {}
        hidden = self.encoder(input_ids=ids, attention_mask=mask, **typed).last_hidden_state.float()
        weights = mask.unsqueeze(-1).float()
        mean = (hidden * weights).sum(1) / weights.sum(1)
        pooled = torch.cat((hidden[:, 0], mean), dim=1)
        return self.evidence(pooled).squeeze(-1), self.support(pooled)


def new_judge(folder: Path, kept_layers: int = 0) -> Judge:
    """The network with the encoder of a sentence-transformers folder and new heads.

    Its word embeddings stay as they are; so do so many of its lowest layers, and then all of its
    embeddings.
    """
    from transformers import AutoModel

    # Attention in plain steps: twice as fast here in training as the fused kernel.
    encoder = AutoModel.from_pretrained(
        str(folder),
        attn_implementation="eager",
        add_pooling_layer=False,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    encoder.embeddings.word_embeddings.requires_grad_(False)
    if kept_layers:
        encoder.embeddings.requires_grad_(False)
    for layer in encoder.encoder.layer[:kept_layers]:
        layer.requires_grad_(False)
    return Judge(encoder)
