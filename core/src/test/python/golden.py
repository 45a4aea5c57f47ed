"""Writes the golden files: what PyTorch computes, for the tests of the recurrent layers and of training.

    pip install torch safetensors numpy
    python golden.py            # writes ../resources/golden/*.safetensors
    python golden.py --check    # writes nothing; says how far float32 is from float64 in each file

The build never runs this; the files are in the repository. They were written with PyTorch 2.13.0 (CPU). Everything is
float32 on one thread with fixed seeds; another version of PyTorch may differ in the last bits.

Letters: T steps, B batch, I input, H hidden, V vocabulary, E embedding, L layers, D directions, W windows. Sequences are
time-major, initial and final states are [L*D][B][H] in PyTorch's order (layer 0 forward, layer 0 reverse, layer 1 forward
...). Parameters have PyTorch's names, shapes and gate order. Metadata values are strings.

One recurrent layer stack: {cell}-I{I}-H{H}-L{L}-D{D}-T{T}-B{B}[-lengths].safetensors
    metadata       kind=layer, cell (rnn_tanh | rnn_relu | lstm | gru), input, hidden, layers, directions, steps, batch, torch
    rnn.*          parameters: rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, rnn.bias_hh_l0, rnn.weight_ih_l0_reverse ...
    x              [T][B][I]
    h0             [L*D][B][H], not zero
    c0             [L*D][B][H], LSTM only, as are cn, dcn and grad.c0
    lengths        I32 [B], only in files named so: steps of each sequence, unsorted, at least one of them 1
    y, hn, cn      outputs [T][B][D*H] (zero after a sequence's end) and final states (after its last step)
    dy, dhn, dcn   their cotangents, random everywhere, also where y is padding; each leans to the sign of its output, so
                   that the loss is no small difference of large sums
    loss           [] = sum(y * dy) + sum(hn * dhn) + sum(cn * dcn)
    grad.*         its gradient by name: grad.rnn.weight_ih_l0 ..., grad.x (zero in padded places), grad.h0, grad.c0

One language model (embedding, two recurrent layers, linear, mean cross-entropy over T*B) in training: lm-*.safetensors
    metadata       kind=language_model, cell, vocabulary, embedding, hidden, layers, steps, batch, windows, tied (true | false),
                   clip, optimizer (sgd | rmsprop | adagrad | adadelta | adam | adamw), lr, and that optimiser's own:
                   momentum, nesterov | alpha, eps | eps | rho, eps | beta1, beta2, eps; weight_decay for all; torch
    embedding.weight [V][E], rnn.*, output.weight [V][H], output.bias [V]
                   parameters before training; where tied, output.weight is embedding.weight and is not stored
    x, y           I32 [W][T][B]: tokens and the tokens that follow them, in W consecutive windows of B texts. The last
                   two tokens of the vocabulary never occur, so two rows of the embedding never get a gradient.
    loss           [] of the first window, from a zero state
    grad.*         its gradient by name, before clipping
    losses         [W]: each window's loss before its update. The state is zero at window 0 and carried on by value
                   (detached); after each window: clip by the norm of all gradients together, then one optimiser step.
    norms          [W]: that norm before clipping
    final.rnn.weight_hh_l0, final.embedding.weight
                   two parameters after the last update
"""

import argparse
import json
import pathlib

import torch
from safetensors.torch import save
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"

CELLS = {
    "rnn_tanh": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="tanh", **options),
    "rnn_relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}

# I, H, L, D, T, B, lengths
LAYERS = [
    (5, 7, 1, 1, 1, 1, None),
    (13, 17, 1, 1, 11, 3, [4, 11, 1]),
    (13, 17, 1, 2, 11, 5, None),
    (5, 7, 2, 2, 6, 5, [3, 1, 6, 2, 6]),
    (13, 17, 2, 1, 6, 3, None),
    (33, 31, 2, 1, 6, 3, None),
    (5, 7, 3, 1, 6, 3, [1, 5, 2]),  # no sequence fills its row
    (5, 7, 3, 2, 11, 5, None),
]

V, E, H, T, B, W = 23, 12, 16, 6, 3, 10

# name, cell, tied, clip, optimiser, its options
MODELS = [
    ("lm-lstm-adam", "lstm", False, 5.0, "adam", dict(lr=1e-3)),
    ("lm-lstm-tied-adam", "lstm", True, 0.25, "adam", dict(lr=1e-3, weight_decay=1e-2)),
    ("lm-lstm-rmsprop", "lstm", False, 5.0, "rmsprop", dict(lr=1e-3, eps=1e-5)),  # tiny gradients count little
    ("lm-gru-adamw", "gru", False, 0.25, "adamw", dict(lr=1e-3, weight_decay=0.1)),
    ("lm-gru-adagrad", "gru", False, 5.0, "adagrad", dict(lr=1e-2)),
    ("lm-gru-sgd-nesterov", "gru", False, 0.25, "sgd", dict(lr=0.5, momentum=0.9, nesterov=True, weight_decay=1e-3)),
    ("lm-rnn_tanh-sgd", "rnn_tanh", False, 0.25, "sgd", dict(lr=1.0, momentum=0.9)),
    ("lm-rnn_tanh-adadelta", "rnn_tanh", False, 5.0, "adadelta", dict(lr=1.0)),
]

OPTIMIZERS = {
    "sgd": (torch.optim.SGD, ["momentum", "nesterov"]),
    "rmsprop": (torch.optim.RMSprop, ["alpha", "eps"]),
    "adagrad": (torch.optim.Adagrad, ["eps"]),
    "adadelta": (torch.optim.Adadelta, ["rho", "eps"]),
    "adam": (torch.optim.Adam, ["eps"]),
    "adamw": (torch.optim.AdamW, ["eps"]),
}


def layer(cell, config, dtype):
    """The tensors and the metadata of one layer file. Random numbers are float32 whatever the dtype."""
    I, H, L, D, T, B, lengths = config
    torch.manual_seed(1 + LAYERS.index(config))
    lstm = cell == "lstm"
    rnn = CELLS[cell](I, H, num_layers=L, bidirectional=D == 2).to(dtype)

    def cotangent(output):
        return (torch.randn(output.shape) + output.sign()).detach().to(dtype)

    x = torch.randn(T, B, I).to(dtype).requires_grad_()
    initial = [torch.randn(L * D, B, H).mul(0.5).to(dtype).requires_grad_() for _ in range(2 if lstm else 1)]

    before = tuple(initial) if lstm else initial[0]
    if lengths is None:
        y, after = rnn(x, before)
    else:
        packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
        y, after = rnn(packed, before)
        y, _ = nn.utils.rnn.pad_packed_sequence(y, total_length=T)
    final = after if lstm else [after]
    dy, *cotangents = [cotangent(output) for output in [y, *final]]
    # Added up in double precision, so that the sum's own rounding is no part of what is tested.
    loss = sum((a.double() * b.double()).sum() for a, b in zip([y, *final], [dy, *cotangents]))
    loss.backward()

    tensors = {"x": x, "y": y, "dy": dy, "loss": loss, "grad.x": x.grad}
    for name, h, n, dn in zip("hc", initial, final, cotangents):
        tensors |= {f"{name}0": h, f"{name}n": n, f"d{name}n": dn, f"grad.{name}0": h.grad}
    if lengths is not None:
        tensors["lengths"] = torch.tensor(lengths)
    for name, parameter in rnn.named_parameters():
        tensors[f"rnn.{name}"] = parameter
        tensors[f"grad.rnn.{name}"] = parameter.grad
    metadata = dict(kind="layer", cell=cell, input=I, hidden=H, layers=L, directions=D, steps=T, batch=B)
    return tensors, metadata


class LanguageModel(nn.Module):
    def __init__(self, cell, tied):
        super().__init__()
        embedding = H if tied else E
        self.embedding = nn.Embedding(V, embedding)
        self.rnn = CELLS[cell](embedding, H, num_layers=2)
        self.output = nn.Linear(H, V)
        if tied:
            self.output.weight = self.embedding.weight

    def forward(self, x, state):
        y, state = self.rnn(self.embedding(x), state)
        return self.output(y), state


def language_model(cell, tied, clip, optimizer, options, dtype):
    """The tensors and the metadata of one language model file."""
    torch.manual_seed(100)
    # Texts that can be learned: a token is mostly the one before it plus three.
    jumps = torch.where(torch.rand(W * T + 1, B) < 0.8, 3, torch.randint(V, (W * T + 1, B)))
    text = jumps.cumsum(0) % (V - 2)
    x = text[:-1].reshape(W, T, B)
    y = text[1:].reshape(W, T, B)

    model = LanguageModel(cell, tied).to(dtype)
    tensors = {"x": x, "y": y} | {n: p.detach().clone() for n, p in model.named_parameters()}
    kind, names = OPTIMIZERS[optimizer]
    # One tensor at a time: the plain formulas, without the fused variants' rounding.
    optim = kind(model.parameters(), foreach=False, **options)

    state, losses, norms = None, [], []
    for window in range(W):
        logits, state = model(x[window], state)
        state = tuple(s.detach() for s in state) if cell == "lstm" else state.detach()
        loss = nn.functional.cross_entropy(logits.reshape(T * B, V), y[window].reshape(T * B))
        optim.zero_grad()
        loss.backward()
        if window == 0:
            tensors["loss"] = loss
            tensors |= {f"grad.{n}": p.grad.clone() for n, p in model.named_parameters()}
        losses.append(loss.detach())
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), clip))
        optim.step()

    tensors |= {"losses": torch.stack(losses), "norms": torch.stack(norms)}
    for name in ["rnn.weight_hh_l0", "embedding.weight"]:
        tensors[f"final.{name}"] = model.get_parameter(name)
    metadata = dict(
        kind="language_model", cell=cell, vocabulary=V, embedding=model.embedding.embedding_dim, hidden=H, layers=2,
        steps=T, batch=B, windows=W, tied=str(tied).lower(), clip=clip, optimizer=optimizer)
    used = optim.param_groups[0]
    for name in ["lr", "weight_decay", *names]:
        metadata[name] = str(used[name]).lower()
    if "betas" in used:
        metadata["beta1"], metadata["beta2"] = used["betas"]
    return tensors, metadata


def files():
    """Name and maker of every file; a maker takes the dtype to compute in."""
    for cell in CELLS:
        for config in LAYERS:
            name = "{}-I{}-H{}-L{}-D{}-T{}-B{}".format(cell, *config) + ("-lengths" if config[-1] else "")
            yield name, lambda dtype, cell=cell, config=config: layer(cell, config, dtype)
    for name, *model in MODELS:
        yield name, lambda dtype, model=model: language_model(*model, dtype)


def write_file(file, tensors, metadata):
    """The same bytes in every run."""
    data = save(tensors, {k: str(v) for k, v in metadata.items()})
    # The library writes the metadata in an order that changes from run to run.
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode().ljust(length)
    assert len(text) == length
    file.write_bytes(data[:8] + text + data[8 + length :])


def write(name, make):
    tensors, metadata = make(torch.float32)
    tensors = {
        n: t.detach().to(torch.float32 if t.is_floating_point() else torch.int32).contiguous()
        for n, t in tensors.items()
    }
    metadata["torch"] = torch.__version__.split("+")[0]
    write_file(FOLDER / f"{name}.safetensors", tensors, metadata)


def check(name, make):
    """The largest distance of float32 from float64 in any tensor, relative to the tensor's largest element."""
    exact, _ = make(torch.float64)
    rounded, _ = make(torch.float32)
    assert all(t.is_floating_point() or t.equal(exact[n]) for n, t in rounded.items()), name
    distances = {
        n: ((t - exact[n]).abs().max() / exact[n].abs().max().clamp(min=1e-30)).item()
        for n, t in rounded.items()
        if t.is_floating_point()
    }
    worst = max(distances, key=distances.get)
    print(f"{name:45} {distances[worst]:.1e} in {worst}")


def main(description, files):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="compare float32 with float64 instead")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in files:
        (check if arguments.check else write)(name, make)


if __name__ == "__main__":
    main("Writes the golden files.", files())
