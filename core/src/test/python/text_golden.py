"""Writes ../resources/text: what subword-nmt and sacrebleu make of the sentences beside them.

    pip install subword-nmt sacrebleu regex
    python text_golden.py

The build never runs this; the files are in the repository. sacrebleu was 2.6.0. Of subword-nmt not the package was run but
learn_bpe and BPE without their options, after its repository's commits 03caef2 and 0607b54. All files are UTF-8, a line
ends with \\n only.

learn.txt, apply.txt    sentences, written for this test
learn.tokens            learn.txt, tokens between blanks
learn-{n}-{f}.bpe       the merges of learn.tokens: at most n, each at least f times
apply-{n}-{f}.txt       apply.txt by these merges, symbols between blanks, @@ where a token goes on

hypotheses.txt, references-{1,2}.txt   sentences, written for this test
scores.tsv              a line for each hypothesis alone and one ("all") for all of them, times one or two references, times
                        mixed or lower case: line, references, case, sacrebleu's line, BLEU, matches of 1- to 4-grams, their
                        totals, brevity penalty, hypotheses' tokens, references' tokens, chrF2, chrF2++
"""

import io
import pathlib

import regex
from sacrebleu.metrics import BLEU, CHRF
from subword_nmt.apply_bpe import BPE
from subword_nmt.learn_bpe import learn_bpe

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "resources" / "text"


def lines(name):
    return (FOLDER / name).read_bytes().decode().split("\n")[:-1]


def write(name, some):
    (FOLDER / name).write_bytes("".join(line + "\n" for line in some).encode())


def tokens(line):
    """A token that follows a blank or begins the line has the mark."""
    found = regex.finditer(r"(^|\s+)?([\p{L}\p{Nd}\p{M}]+|\S)", line.strip())
    return " ".join(("▁" if match[1] is not None else "") + match[2] for match in found)


def subwords():
    learned = [tokens(line) for line in lines("learn.txt")]
    write("learn.tokens", learned)
    for n, f in (60, 2), (1000, 2), (1000, 5):
        codes = io.StringIO()
        learn_bpe(io.StringIO("\n".join(learned)), codes, n, min_frequency=f)
        write(f"learn-{n}-{f}.bpe", codes.getvalue().split("\n")[:-1])
        bpe = BPE(codes)
        write(f"apply-{n}-{f}.txt", [bpe.segment(tokens(line)) for line in lines("apply.txt")])


def scores():
    hypotheses, *references = (lines(name) for name in ("hypotheses.txt", "references-1.txt", "references-2.txt"))
    rows = []
    for line in [*range(len(hypotheses)), "all"]:
        chosen = slice(None) if line == "all" else slice(line, line + 1)
        for n in 1, 2:
            for lowercase in False, True:
                pair = hypotheses[chosen], [document[chosen] for document in references[:n]]
                bleu = BLEU(lowercase=lowercase).corpus_score(*pair)
                chrf = [CHRF(word_order=order, lowercase=lowercase).corpus_score(*pair).score for order in (0, 2)]
                rows.append("\t".join(map(str, (
                    line, n, "lower" if lowercase else "mixed", bleu, bleu.score, *bleu.counts, *bleu.totals, bleu.bp,
                    bleu.sys_len, bleu.ref_len, *chrf))))
    write("scores.tsv", rows)


if __name__ == "__main__":
    subwords()
    scores()
