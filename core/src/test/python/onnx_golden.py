"""Writes ../resources/onnx: small ONNX files, and beside each what PyTorch says that it holds and computes.

    pip install torch safetensors numpy onnx onnxscript onnxruntime
    python onnx_golden.py

The build never runs this; the files are in the repository. They were written with PyTorch 2.13.0 (CPU), onnx 1.23.1 and
onnxscript 0.7.2. Names of nodes and values differ from run to run of other versions.

{name}.onnx               the model, as an exporter or onnx.helper writes it; {name}.onnx.data its weights, where they are apart
{name}.safetensors
    metadata              cell (rnn | rnn-relu | lstm | gru), vocabulary (0: feature vectors), input, layers, hidden,
                          directions, outputs (0: no linear layer), softmax, reset (after_product | before_product),
                          batch_first, last (whether y is the last step only); strings
    embedding.weight [V][I], rnn.weight_ih_l0 ..., output.weight [O][F], output.bias
                          the state_dict; a bias that is not there is zero
    h0.{l}.{d}, c0.{l}.{d}  [H], where the file has a constant initial state
    x                     [T][B][I], or I32 [T][B] where it reads tokens; [B][T]... where batch_first
    y                     the graph's output for x, of PyTorch or of onnxruntime, from a zero or the constant state

Letters: T steps, B batch, I input, H hidden, V vocabulary, D directions, F = D*H.
"""

import pathlib
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "resources" / "onnx"
T, B, I, H, V = 4, 2, 3, 5, 7

CELLS = {
    "rnn": lambda **options: nn.RNN(I, H, nonlinearity="tanh", **options),
    "rnn-relu": lambda **options: nn.RNN(I, H, nonlinearity="relu", **options),
    "lstm": lambda **options: nn.LSTM(I, H, **options),
    "gru": lambda **options: nn.GRU(I, H, **options),
}


class Model(nn.Module):
    """What a case asks for; the defaults are one forward time-major layer with biases and nothing around it."""

    def __init__(self, cell, layers=1, both=False, batch_first=False, bias=True, embedding=False, linear=False,
                 softmax=False, last=False, states=False, learned=None):
        super().__init__()
        self.cell, self.layers, self.directions, self.batch_first = cell, layers, 2 if both else 1, batch_first
        self.tokens, self.linear, self.softmax, self.last, self.states = embedding, linear, softmax, last, states
        self.learned = learned
        if embedding:
            self.embedding = nn.Embedding(V, I)
        self.rnn = CELLS[cell](num_layers=layers, bidirectional=both, batch_first=batch_first, bias=bias)
        if linear:
            self.output = nn.Linear(self.directions * H, V)
        if learned:
            rows = layers * self.directions
            self.h0 = nn.Parameter(torch.randn(rows, 1, H))
            if cell == "lstm":
                self.c0 = nn.Parameter(torch.randn(rows, 1, H))

    def forward(self, x, *state):
        if self.tokens:
            x = self.embedding(x)
        if self.learned:
            batch = x.size(0 if self.batch_first else 1)
            each = [s.expand(-1, batch, -1) if self.learned == "expand" else s.repeat(1, batch, 1)
                    for s in ([self.h0, self.c0] if self.cell == "lstm" else [self.h0])]
            state = [s.contiguous() for s in each]
        y, after = self.rnn(x, *([tuple(state) if len(state) > 1 else state[0]] if state else []))
        if self.last == "h":
            y = (after[0] if self.cell == "lstm" else after)[-1]
        elif self.last:
            y = y[:, -1] if self.batch_first else y[-1]
        if self.linear:
            y = self.output(y)
        if self.softmax:
            y = torch.softmax(y, -1)
        return (y, after) if self.states else y

    def example(self):
        shape = (B, T) if self.batch_first else (T, B)
        x = torch.randint(V, shape) if self.tokens else torch.randn(*shape, I)
        rows = self.layers * self.directions
        state = [torch.zeros(rows, B, H) for _ in range(2 if self.cell == "lstm" else 1)] if self.states else []
        return (x, *state)


# name, exporter, its options, the model
CASES = [
    ("script-lstm", "script", dict(opset=11), dict(cell="lstm")),
    ("script-lstm-2-bi-full", "script", dict(opset=17), dict(cell="lstm", layers=2, both=True, batch_first=True,
                                                             embedding=True, linear=True, softmax=True)),
    ("script-lstm-2-bi-full-open", "script", dict(opset=13, open=True),
     dict(cell="lstm", layers=2, both=True, batch_first=True, embedding=True, linear=True, softmax=True)),
    ("script-lstm-states", "script", dict(opset=17, open=True), dict(cell="lstm", layers=2, linear=True, states=True)),
    ("script-lstm-unfolded", "script", dict(opset=17, fold=False), dict(cell="lstm", both=True, linear=True)),
    ("script-gru-2", "script", dict(opset=12), dict(cell="gru", layers=2, batch_first=True, linear=True)),
    ("script-gru-learned", "script", dict(opset=17, open=True), dict(cell="gru", layers=2, learned="expand")),
    ("script-gru-repeated", "script", dict(opset=17, open=True), dict(cell="gru", both=True, learned="repeat")),
    ("script-rnn-last", "script", dict(opset=11), dict(cell="rnn", batch_first=True, linear=True, last=True)),
    ("script-rnn-relu-bi", "script", dict(opset=18), dict(cell="rnn-relu", layers=2, both=True, bias=False, linear=True)),
    ("dynamo-lstm", "dynamo", dict(), dict(cell="lstm", bias=False)),
    ("dynamo-lstm-2-bi-full", "dynamo", dict(), dict(cell="lstm", layers=2, both=True, batch_first=True,
                                                     embedding=True, linear=True, softmax=True)),
    ("dynamo-lstm-2-bi-full-open", "dynamo", dict(open=True), dict(cell="lstm", layers=2, both=True, batch_first=True,
                                                                   embedding=True, linear=True, softmax=True)),
    ("dynamo-lstm-states", "dynamo", dict(open=True), dict(cell="lstm", layers=2, linear=True, states=True)),
    ("dynamo-lstm-learned", "dynamo", dict(open=True), dict(cell="lstm", layers=2, learned="expand")),
    ("dynamo-lstm-unoptimized", "dynamo", dict(optimize=False), dict(cell="lstm", both=True, linear=True)),
    ("dynamo-gru-bi", "dynamo", dict(), dict(cell="gru", both=True, embedding=True, linear=True)),
    ("dynamo-gru-h", "dynamo", dict(), dict(cell="gru", layers=2, batch_first=True, linear=True, last="h")),
    ("dynamo-gru-external", "dynamo", dict(external=True), dict(cell="gru", linear=True)),
]


def export(name, exporter, options, model, example):
    path = FOLDER / f"{name}.onnx"
    opened = options.get("open", False)
    if exporter == "script":
        names = ["x"] + ["h0", "c0"][: len(example) - 1]
        axes = {"x": {0: "first", 1: "second"}} | {n: {1: "batch"} for n in names[1:]}
        torch.onnx.export(model, example, path, dynamo=False, opset_version=options["opset"], input_names=names,
                          dynamic_axes=axes if opened else None, do_constant_folding=options.get("fold", True))
        return
    batch = torch.export.Dim("batch")
    shapes = ({0 if model.batch_first else 1: batch},)
    if len(example) > 1:
        shapes += (tuple({1: batch} for _ in example[1:]),)
    program = torch.onnx.export(model, example, dynamo=True, dynamic_shapes=shapes if opened else None, verbose=False,
                                optimize=options.get("optimize", True))
    for function in program.model.graph:  # stack traces with paths of the machine
        function.metadata_props.clear()
    program.save(path, external_data=options.get("external", False))


def write(name, tensors, **metadata):
    tensors = {
        n: t.detach().to(torch.float32 if t.is_floating_point() else torch.int32).clone().contiguous()
        for n, t in tensors.items()
    }
    save_file(tensors, FOLDER / f"{name}.safetensors", {k: str(v).lower() for k, v in metadata.items()})


def exported(name, exporter, options, case):
    torch.manual_seed(1)
    model = Model(**case).eval()
    example = model.example()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export(name, exporter, options, model, example)
    y = model(*example)
    tensors = {"x": example[0], "y": y[0] if model.states else y}
    for key, value in model.state_dict().items():
        if key in ("h0", "c0"):
            for row in range(value.shape[0]):
                l, d = divmod(row, model.directions)
                tensors[f"{key}.{l}.{d}"] = value[row, 0]
        else:
            tensors[key] = value
    write(name, tensors, cell=model.cell, vocabulary=V if model.tokens else 0, input=I, layers=model.layers, hidden=H,
          directions=model.directions, outputs=V if model.linear else 0, softmax=model.softmax, reset="after_product",
          batch_first=model.batch_first, last=bool(model.last))


def rows(weight, order):
    """A PyTorch weight's blocks of H rows in another order."""
    return np.concatenate([weight[g * H : (g + 1) * H] for g in order])


def made(name, cell, element=TensorProto.FLOAT, raw=True, reset_before=False, states=False):
    """One layer written by hand, run by onnxruntime; its weights are given in ONNX's gate order."""
    random = np.random.default_rng(7)
    gates, order = {"gru": (3, [1, 0, 2]), "lstm": (4, [0, 3, 1, 2])}[cell]
    numbers = lambda *shape: (random.standard_normal(shape) / 2).astype(np.float16).astype(np.float32)
    ih, hh, bi, bh = numbers(gates * H, I), numbers(gates * H, H), numbers(gates * H), numbers(gates * H)
    h0, c0 = numbers(H), numbers(H)
    x = random.standard_normal((T, B, I)).astype(np.float32)

    def constant(label, value):
        if raw:
            kind = {TensorProto.FLOAT: np.float32, TensorProto.DOUBLE: np.float64}[element]
            return numpy_helper.from_array(value.astype(kind), label)
        return helper.make_tensor(label, element, value.shape, value.flatten())

    def graph(constant):
        constants = [
            constant("W", rows(ih, order)[None]),
            constant("R", rows(hh, order)[None]),
            constant("B", np.concatenate([rows(bi, order), rows(bh, order)])[None]),
        ]
        inputs = ["x", "W", "R", "B", ""]
        if states:
            constants.append(constant("h0", np.broadcast_to(h0, (1, B, H)).copy()))
            inputs.append("h0")
            if cell == "lstm":
                constants.append(constant("c0", np.broadcast_to(c0, (1, B, H)).copy()))
                inputs.append("c0")
        node = helper.make_node(cell.upper(), inputs, ["Y"], name="layer", hidden_size=H,
                                **({} if cell == "lstm" else {"linear_before_reset": int(not reset_before)}))
        squeeze = helper.make_node("Squeeze", ["Y", "axes"], ["y"], name="squeeze")
        constants.append(helper.make_tensor("axes", TensorProto.INT64, [1], [1]))
        return helper.make_model(
            helper.make_graph(
                [node, squeeze], "made",
                [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["T", "B", I])],
                [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["T", "B", H])], constants),
            opset_imports=[helper.make_opsetid("", 14)], ir_version=8)

    model = graph(constant)
    onnx.save(model, FOLDER / f"{name}.onnx")
    # The numbers are halves, so that they are the same in every type; onnxruntime takes float32.
    session = onnxruntime.InferenceSession(
        graph(lambda label, value: numpy_helper.from_array(value, label)).SerializeToString())
    (y,) = session.run(None, {"x": x})
    tensors = {"x": x, "y": y, "rnn.weight_ih_l0": ih, "rnn.weight_hh_l0": hh, "rnn.bias_ih_l0": bi, "rnn.bias_hh_l0": bh}
    if states:
        tensors["h0.0.0"] = h0
        if cell == "lstm":
            tensors["c0.0.0"] = c0
    write(name, {k: torch.from_numpy(v) for k, v in tensors.items()}, cell=cell, vocabulary=0, input=I, layers=1, hidden=H,
          directions=1, outputs=0, softmax=False, reset="before_product" if reset_before else "after_product",
          batch_first=False, last=False)


def main():
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        exported(*case)
    made("made-gru-reset-before", "gru", reset_before=True)
    made("made-gru-half", "gru", TensorProto.FLOAT16, raw=False)
    made("made-lstm-double-states", "lstm", TensorProto.DOUBLE, states=True)
    made("made-lstm-float-data", "lstm", TensorProto.FLOAT, raw=False)


if __name__ == "__main__":
    main()
