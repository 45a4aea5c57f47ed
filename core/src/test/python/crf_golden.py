"""Writes the golden files of the linear-chain CRF: what PyTorch's logsumexp and autograd, and all paths one by one, give.

    pip install torch safetensors numpy
    python crf_golden.py            # writes ../resources/golden/crf-*.safetensors
    python crf_golden.py --check    # writes nothing; says how far float32 is from float64 in each file

As golden.py, whose remarks on versions and metadata hold here. Letters: T steps, B batch, K labels.

    metadata       kind=crf, labels, steps, batch, torch
    crf.transition [K][K] from row to column, crf.start [K], crf.end [K]
    emissions      [T][B][K]; beyond a sequence's length they are as random as within
    lengths        I32 [B], unsorted, one of them 1
    labels         I32 [T][B]; 0 beyond a sequence's length
    loss           []: the sum over the sequences of log(sum over all paths of exp(score)) - score(labels)
    grad.*         its gradient by name, grad.emissions zero beyond a length
    marginals      [T][B][K]: the probability of each label at each step, the gradient of the logarithm of the sum over
                   all paths; zero beyond a length
    best           I32 [T][B]: the path of the greatest score, found among all; -1 beyond a length
"""

import itertools

import torch

import golden

# K, T, lengths
CONFIGS = [(3, 2, [1, 2]), (4, 6, [4, 6, 1, 5]), (5, 5, [5, 2, 3])]


def score(emissions, transition, start, end, path):
    moves = sum(transition[i, j] for i, j in itertools.pairwise(path))
    return start[path[0]] + sum(emissions[t, j] for t, j in enumerate(path)) + moves + end[path[-1]]


def log_sum(emissions, transition, start, end):
    alpha = start + emissions[0]
    for row in emissions[1:]:
        alpha = torch.logsumexp(alpha[:, None] + transition, 0) + row
    return torch.logsumexp(alpha + end, 0)


def crf(labels_count, steps, lengths, dtype):
    torch.manual_seed(labels_count)
    K, B = labels_count, len(lengths)
    inputs = {
        "crf.transition": torch.randn(K, K),
        "crf.start": torch.randn(K),
        "crf.end": torch.randn(K),
        "emissions": 2 * torch.randn(steps, B, K),
    }
    inputs = {name: value.to(dtype).requires_grad_() for name, value in inputs.items()}
    transition, start, end, emissions = inputs.values()
    labels = torch.randint(K, (steps, B))
    best = torch.full((steps, B), -1)
    sums, scores = [], []
    for b, length in enumerate(lengths):
        own = emissions[:length, b], transition, start, end
        labels[length:, b] = 0
        sums.append(log_sum(*own))
        scores.append(score(*own, labels[:length, b].tolist()))
        with torch.no_grad():
            paths = itertools.product(range(K), repeat=length)
            best[:length, b] = torch.tensor(max(paths, key=lambda path: score(*own, path)))
    loss = sum(sums) - sum(scores)
    marginals = torch.autograd.grad(sum(sums), emissions, retain_graph=True)[0]
    gradients = torch.autograd.grad(loss, list(inputs.values()))
    tensors = inputs | dict(lengths=torch.tensor(lengths), labels=labels, loss=loss, marginals=marginals, best=best)
    tensors |= {f"grad.{name}": gradient for name, gradient in zip(inputs, gradients)}
    return tensors, dict(kind="crf", labels=K, steps=steps, batch=B)


def files():
    for config in CONFIGS:
        name = "crf-K{}-T{}-B{}".format(config[0], config[1], len(config[2]))
        yield name, lambda dtype, config=config: crf(*config, dtype)


if __name__ == "__main__":
    golden.main("Writes the golden files of the CRF.", files())
