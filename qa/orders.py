"""Notices text in an article that gives orders to a language model which may read it.

It is only pointed out, never left out or obeyed: an article about such orders quotes them too. What
reads like any sentence, as a question or a request to the reader does, is not noticed.
"""

import re
from collections.abc import Iterator

from index.articles import Article, Span

MOST = 5

_WHOSE = r"(?:all |any |the |your |my |every |of |these |those |its )*"
_BEFORE = (
    r"(?:previous|prior|earlier|above|preceding|past|old|former|existing|original|other|given)"
)
_COMMANDS = r"(?:instructions?|commands?|prompts?|directives?|guidelines|orders|rules|restrictions)"
_REPLY = r"(?:response|answer|reply|output|summary|message|completion)s?"
_ORDER = re.compile(
    rf"\b(?:ignore|disregard|forget|abandon|override|overriding|bypass|discard) {_WHOSE}"
    rf"(?:{_BEFORE} )?(?:and \w+ )?{_COMMANDS}\b"
    rf"|\b(?:ignore|disregard|forget) (?:everything|all|anything) (?:{_BEFORE}|you|before|that)\b"
    r"|\b(?:new|updated|important|urgent|secret|hidden|real) (?:\w+ )?(?:instruction|command|prompt"
    r"|directive)s?\s*(?:[:*\-#]|come\b)"
    r"|\byou (?:are|will be) now (?:an? |the |in |acting )?(?:(?-i:[A-Z]{3,})|assistant|chatbot"
    r"|unrestricted|developer mode)"
    r"|\b(?:act|behave|respond|answer) as (?:if you (?:are|were) )?(?:an? )?(?:AI|assistant|chatbot"
    r"|language model|unrestricted)"
    r"|\b(?:as|dear|attention|note to) (?:an? |the |any |all )?(?:AI|language model|LLM|chatbot)"
    r"(?: assistants?| models?)?\b\s*[,:!]"
    r"|\b(?:include|add|append|insert|put|place|embed|repeat|print|write|start|begin|end|finish"
    rf"|conclude)\b[^.?!\n]{{0,60}}\b(?:in|into|to|at|with|of)\b[^.?!\n]{{0,30}}\byour {_REPLY}\b"
    r"|\b(?:start|begin|end|finish|respond|reply|answer|conclude) (?:all )?(?:of )?"
    rf"(?:your |this |the )?(?:{_REPLY} )?(?:only )?(?:with|by) (?:the |exactly |this |only )+"
    r"(?:following|words?|phrase|string|text|sentence|exact)"
    rf"|\byour (?:entire |whole |next |final )?{_REPLY} (?:must|should|shall|needs? to|has to)\b"
    r"|\b(?:system|developer) (?:prompt|message|override)\b[^.?!\n]{0,40}[:=]|\bsystem prompt\b"
    r"|<\|(?:im_start|im_end|system|user|assistant|endoftext)\|>|\[/?INST\]|<<SYS>>"
    r"|^\s*#{2,} *(?:system|instructions?)\b"
    r"|\bdo not (?:tell|mention|reveal|inform)[^.?!\n]{0,40}\b(?:the user|these instructions"
    r"|this prompt)"
    r"|javascript:|\bonerror\s*=|<script\b|!\[[^\]\n]*\]\(https?:",
    re.IGNORECASE | re.MULTILINE,
)


def orders_in(article: Article) -> tuple[Span, ...]:
    """Where an article's text gives orders to a language model, the first few places."""
    return tuple(span for _, span in zip(range(MOST), _found(article.text), strict=False))


def _found(text: str) -> Iterator[Span]:
    return (
        Span(one.start(), one.end()) for one in _ORDER.finditer(text) if one.end() > one.start()
    )
