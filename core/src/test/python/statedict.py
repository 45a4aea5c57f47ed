"""Writes state_dicts as PyTorch saves them, and what the networks that they belong to compute, for the tests of StateDict
and of inference.

    pip install torch safetensors numpy
    python statedict.py         # writes ../resources/statedict/*.safetensors

The build never runs this; the files are in the repository. They were written with PyTorch 2.13.0 (CPU), on one thread with
fixed seeds.

Letters: T steps, B batch, I input, H hidden, V vocabulary, L layers, D directions, O outputs.

NAME.safetensors      the state_dict
NAME.run.safetensors  the network's doing, from a zero state, in float32 with the weights as they are in the file:
    metadata          cell (rnn | rnn-relu | lstm | gru), prefix, layers, directions, hidden, bias (true | false),
                      style (stack | cell: the names of nn.LSTMCell), embedding and linear (a tensor's name or none)
    x                 tokens I32 [T][B] where there is an embedding, else F32 [T][B][I]
    y                 [T][B][O], or [T][B][D*H] where there is no linear layer
    hn, cn            [L*D][B][H], final states in PyTorch's order; cn of LSTM only

chain.safetensors holds two stacks of different sizes, one above the other: its prefix, layers and hidden are lists with
commas, and hn, cn are named hn.0, hn.1.
"""

import pathlib

import torch
from safetensors.torch import save_model
from torch import nn

from golden import write_file

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "resources" / "statedict"
T, B = 6, 3

KINDS = {"rnn": nn.RNN, "rnn-relu": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

# name, cell, prefix, I, H, L, D, bias, dtype, (embedding's module, V), (linear's module, O, bias)
STACKS = [
    ("lstm-language-model", "lstm", "rnn.", 12, 17, 2, 1, True, torch.float32, ("encoder", 23), ("decoder", 23, True)),
    ("lstm-square", "lstm", "lstm.", 9, 9, 1, 1, True, torch.float32, ("embed_tokens", 11), ("lm_head", 11, False)),
    ("lstm-both-ways", "lstm", "net.lstm.", 5, 7, 2, 2, False, torch.float32, None, None),
    ("gru-both-ways", "gru", "model.gru.", 5, 7, 3, 2, True, torch.float32, None, ("model.out", 4, True)),
    ("gru-tokens", "gru", "gru.", 3, 1, 1, 1, True, torch.float32, ("table", 5), ("hidden2tag", 2, True)),
    ("rnn-tanh", "rnn", "layers.1.", 13, 5, 3, 1, True, torch.float32, None, ("layers.2", 6, True)),
    ("rnn-relu", "rnn-relu", "", 4, 6, 1, 1, False, torch.float32, None, None),
    ("lstm-f64", "lstm", "rnn.", 5, 7, 1, 1, True, torch.float64, ("emb", 8), ("fc", 8, True)),
    ("gru-f16", "gru", "rnn.", 5, 7, 1, 2, True, torch.float16, ("emb", 8), ("fc", 8, True)),
    ("lstm-bf16", "lstm", "rnn.", 5, 7, 2, 1, True, torch.bfloat16, ("emb", 8), ("fc", 8, True)),
]


def place(root, name, module):
    """Puts a module under a dotted name."""
    *path, last = name.split(".")
    for part in path:
        if not hasattr(root, part):
            root.add_module(part, nn.Module())
        root = getattr(root, part)
    root.add_module(last, module)


def final_states(state):
    return dict(zip(["hn", "cn"], state)) if isinstance(state, tuple) else {"hn": state}


def tensor_name(module):
    return f"{module[0]}.weight" if module else "none"


def write(name, state_dict, run, metadata):
    write_file(FOLDER / f"{name}.safetensors", state_dict, {"format": "pt"})
    write_run(name, run, metadata)


def write_run(name, run, metadata):
    run = {
        n: t.detach().to(torch.float32 if t.is_floating_point() else torch.int32).contiguous() for n, t in run.items()
    }
    metadata["torch"] = torch.__version__.split("+")[0]
    write_file(FOLDER / f"{name}.run.safetensors", run, metadata)


def stack(name, cell, prefix, i, h, layers, directions, bias, dtype, embedding, linear):
    torch.manual_seed(len(name))
    options = dict(nonlinearity="relu") if cell == "rnn-relu" else {}
    rnn = KINDS[cell](i, h, layers, bias=bias, bidirectional=directions == 2, **options)
    root = nn.Module()
    if prefix:
        place(root, prefix[:-1], rnn)
    else:
        root = rnn
    table = nn.Embedding(embedding[1], i) if embedding else None
    if table:
        place(root, embedding[0], table)
    top = nn.Linear(directions * h, linear[1], bias=linear[2]) if linear else nn.Identity()
    if linear:
        place(root, linear[0], top)
    root.to(dtype)
    state_dict = {n: t.clone() for n, t in root.state_dict().items()}
    root.to(torch.float32)
    x = torch.randint(embedding[1], (T, B)) if embedding else torch.randn(T, B, i)
    y, state = rnn(table(x) if embedding else x)
    write(
        name, state_dict, {"x": x, "y": top(y)} | final_states(state),
        dict(cell=cell, prefix=prefix, layers=layers, directions=directions, hidden=h, bias=str(bias).lower(),
             style="stack", embedding=tensor_name(embedding), linear=tensor_name(linear)))


def lstm_cell():
    torch.manual_seed(1)
    root = nn.ModuleDict({"embedding": nn.Embedding(10, 5), "cell": nn.LSTMCell(5, 7), "fc": nn.Linear(7, 3)})
    x = torch.randint(10, (T, B))
    h, c = torch.zeros(B, 7), torch.zeros(B, 7)
    y = []
    for t in range(T):
        h, c = root["cell"](root["embedding"](x[t]), (h, c))
        y.append(root["fc"](h))
    write(
        "lstm-cell", root.state_dict(), {"x": x, "y": torch.stack(y), "hn": h[None], "cn": c[None]},
        dict(cell="lstm", prefix="cell.", layers=1, directions=1, hidden=7, bias="true", style="cell",
             embedding="embedding.weight", linear="fc.weight"))


def tied():
    """As safetensors' save_model leaves it: the embedding is not stored, the metadata says whose tensor it shares."""
    torch.manual_seed(2)
    root = nn.ModuleDict({"encoder": nn.Embedding(19, 7), "rnn": nn.GRU(7, 7, 2), "decoder": nn.Linear(7, 19)})
    root["encoder"].weight = root["decoder"].weight
    save_model(root, FOLDER / "gru-tied.safetensors")
    x = torch.randint(19, (T, B))
    y, state = root["rnn"](root["encoder"](x))
    write_run(
        "gru-tied", {"x": x, "y": root["decoder"](y)} | final_states(state),
        dict(cell="gru", prefix="rnn.", layers=2, directions=1, hidden=7, bias="true", style="stack",
             embedding="decoder.weight", linear="decoder.weight"))


def chain():
    torch.manual_seed(3)
    root = nn.ModuleDict({
        "rnn1": nn.LSTM(4, 6, bidirectional=True), "rnn2": nn.LSTM(12, 5), "fc": nn.Linear(5, 2)})
    x = torch.randn(T, B, 4)
    y1, (h1, c1) = root["rnn1"](x)
    y2, (h2, c2) = root["rnn2"](y1)
    write(
        "chain", root.state_dict(), {"x": x, "y": root["fc"](y2), "hn.0": h1, "cn.0": c1, "hn.1": h2, "cn.1": c2},
        dict(cell="lstm", prefix="rnn1.,rnn2.", layers="1,1", hidden="6,5", directions="2,1", bias="true",
             style="stack", embedding="none", linear="fc.weight"))


def main():
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for sizes in STACKS:
        stack(*sizes)
    lstm_cell()
    tied()
    chain()


if __name__ == "__main__":
    main()
