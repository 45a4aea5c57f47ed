"""Writes the golden files of connectionist temporal classification: what PyTorch's CTCLoss gives.

    pip install torch safetensors numpy
    python ctc_golden.py            # writes ../resources/golden/ctc-*.safetensors

As golden.py, whose remarks on versions and metadata hold here. Letters: T steps, B batch, V outputs, U labels.

    metadata       kind=ctc, outputs, steps, batch, blank, torch
    logits         [T][B][V], log_softmax's input; beyond a sequence's length they are as random as within
    lengths        I32 [B], steps, unsorted
    targets        I32 [U][B]: labels, then the blank
    target_lengths I32 [B]: 0 too, equal neighbours too, and as many as the steps allow
    losses         [B]: -log p(target)
    grad.logits    [T][B][V]: the gradient of their sum, zero beyond a length

Losses and gradients are formed in float64 and rounded: PyTorch's recursion in float32 is up to 2e-4 off.
"""

import torch
from torch import nn

import golden

# V, T, blank, lengths, targets
CONFIGS = [
    (3, 4, 0, [4, 1, 3], [[1, 1], [2], [1, 2, 1]]),
    (6, 12, 0, [12, 9, 5, 3], [[1, 5, 5, 2], [3, 3, 3, 3, 3], [], [2, 4, 2]]),
    (5, 30, 4, [22, 30], [[0, 3, 3, 1, 2, 0], [1, 1]]),
    (11, 200, 10, [200, 120], [[0, 7, 7, 3, 9, 1, 2], [4, 4, 4]]),
]


def ctc(outputs, steps, blank, lengths, targets):
    torch.manual_seed(steps)
    logits = (3 * torch.randn(steps, len(lengths), outputs)).double().requires_grad_()
    losses = nn.CTCLoss(blank=blank, reduction="none")(
        nn.functional.log_softmax(logits, 2),
        torch.tensor([label for target in targets for label in target]),
        torch.tensor(lengths),
        torch.tensor([len(target) for target in targets]),
    )
    losses.sum().backward()
    padded = torch.full((max(map(len, targets)), len(targets)), blank)
    for b, target in enumerate(targets):
        padded[: len(target), b] = torch.tensor(target)
    tensors = {
        "logits": logits,
        "lengths": torch.tensor(lengths),
        "targets": padded,
        "target_lengths": torch.tensor([len(target) for target in targets]),
        "losses": losses,
        "grad.logits": logits.grad,
    }
    return tensors, dict(kind="ctc", outputs=outputs, steps=steps, batch=len(lengths), blank=blank)


def files():
    for config in CONFIGS:
        name = "ctc-V{}-T{}-B{}".format(config[0], config[1], len(config[3]))
        yield name, lambda _, config=config: ctc(*config)


if __name__ == "__main__":
    golden.main("Writes the golden files of CTC.", files())
