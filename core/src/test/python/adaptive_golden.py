"""Writes the golden files of the adaptive softmax: what PyTorch's nn.AdaptiveLogSoftmaxWithLoss and autograd give.

    pip install torch safetensors numpy
    python adaptive_golden.py            # writes ../resources/golden/adaptive-*.safetensors
    python adaptive_golden.py --check    # writes nothing; says how far float32 is from float64 in each file

As golden.py, whose remarks on versions and metadata hold here. Letters: N rows, H features, V symbols, K clusters.

    metadata      kind=adaptive, features, symbols, cutoffs (joined by commas), torch
    output.*      head.weight [c+K][H]; tail.k.0.weight [d][H], tail.k.1.weight [symbols][d]
    x             [N][H]
    targets       I32 [N]
    loss          []: the sum over the rows of -log p(target)
    grad.*        its gradient by name
    log_prob      [N][V]: the logarithms of all probabilities
"""

import torch

import golden

# N, H, V, cutoffs
CONFIGS = [(7, 8, 20, [6]), (12, 20, 60, [10, 30]), (5, 64, 40, [4, 8, 16]), (3, 9, 12, [10])]


def adaptive(rows, features, symbols, cutoffs, dtype):
    torch.manual_seed(symbols)
    layer = torch.nn.AdaptiveLogSoftmaxWithLoss(features, symbols, cutoffs)
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    x = torch.randn(rows, features).to(dtype).requires_grad_()
    targets = torch.randint(symbols, (rows,))
    layer = layer.to(dtype)
    loss = -layer(x, targets).output.sum()
    names = {f"output.{name}": parameter for name, parameter in layer.named_parameters()} | dict(x=x)
    # A cluster that no target is in has no gradient.
    gradients = torch.autograd.grad(loss, list(names.values()), allow_unused=True, retain_graph=True)
    tensors = names | dict(targets=targets, loss=loss, log_prob=layer.log_prob(x))
    for (name, value), gradient in zip(names.items(), gradients):
        tensors[f"grad.{name}"] = torch.zeros_like(value) if gradient is None else gradient
    return tensors, dict(
        kind="adaptive", features=features, symbols=symbols, cutoffs=",".join(str(c) for c in cutoffs)
    )


def files():
    for config in CONFIGS:
        name = "adaptive-V{}-{}".format(config[2], "-".join(str(c) for c in config[3]))
        yield name, lambda dtype, config=config: adaptive(*config, dtype)


if __name__ == "__main__":
    golden.main("Writes the golden files of the adaptive softmax.", files())
