"""Compares `ciranda infer` with PyTorch, element by element, on networks at PyTorch's default initialisation.

    pip install torch safetensors numpy
    mvn -q package -DskipTests
    python sweep.py --cases 60              # exit code 1 if an element of y, hn or cn is further than 1e-5 from PyTorch's

Cases are drawn at random, the same for the same seed: I 1-300, H 1-700, 1-4 layers, one or both directions, T 1-500, B 1-33,
with and without biases and initial states, on one or two threads; before them stand the corners of these ranges. A case
whose products come to more than --work multiplications is drawn again with fewer steps or sequences.

The table says for each cell the greatest distance of an element: of Ciranda from PyTorch in float32, and of either from
PyTorch in float64, which tells whose rounding it is. nn.RNN with ReLU knows no bound: with few units its states grow with
the recurrent weights' powers, and where they are large PyTorch's own float32 is further than 1e-5 from float64.
"""

import argparse
import dataclasses
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[4]
TOLERANCE = 1e-5

CELLS = {
    "rnn": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="tanh", **options),
    "rnn-relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}
GATES = {"rnn": 1, "rnn-relu": 1, "lstm": 4, "gru": 3}

# I, H, L, D, T, B
CORNERS = [
    (1, 1, 1, 1, 1, 1),
    (300, 700, 4, 2, 1, 33),
    (300, 700, 4, 1, 60, 1),
    (1, 700, 1, 1, 500, 1),
    (300, 1, 4, 2, 500, 33),
    (299, 127, 2, 2, 499, 1),
]


@dataclasses.dataclass
class Case:
    cell: str
    input: int
    hidden: int
    layers: int
    directions: int
    steps: int
    batch: int
    bias: bool = True
    states: bool = False
    threads: int = 1

    def work(self):
        """Multiplications."""
        below = [self.input] + [self.directions * self.hidden] * (self.layers - 1)
        weights = sum(GATES[self.cell] * self.directions * self.hidden * (features + self.hidden) for features in below)
        return self.steps * self.batch * weights


def draw(chance, cell, work):
    case = Case(cell, chance.randint(1, 300), chance.randint(1, 700), chance.randint(1, 4), chance.randint(1, 2),
                chance.randint(1, 500), chance.randint(1, 33), chance.random() < 0.8, chance.random() < 0.4,
                chance.randint(1, 2))
    while case.work() > work:
        if chance.random() < 0.5:
            case.steps = chance.randint(1, case.steps)
        else:
            case.batch = chance.randint(1, case.batch)
    return case


def cases(count, seed, work):
    chance = random.Random(seed)
    corners = [Case(cell, *sizes) for sizes in CORNERS for cell in CELLS]
    drawn = [draw(chance, list(CELLS)[i % len(CELLS)], work) for i in range(max(0, count - len(corners)))]
    return (corners + drawn)[:count]


def run_torch(case, rnn, tensors):
    state = [tensors[n] for n in ("h0", "c0") if n in tensors]
    with torch.no_grad():
        y, after = rnn(tensors["x"], *([tuple(state) if len(state) > 1 else state[0]] if state else []))
    return {"y": y} | dict(zip(("hn", "cn"), after if case.cell == "lstm" else (after,)))


def run_ciranda(case, ciranda, folder, rnn, tensors):
    model, x, y = (str(folder / f"{name}.safetensors") for name in ("model", "x", "y"))
    save_file(rnn.state_dict(), model)
    save_file(tensors, x)
    command = [ciranda, "infer", "--json", "--quiet", "--model", model, "--input", x, "--output", y, "--cell", case.cell,
               "--threads", str(case.threads)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{case}: {done.stderr}")
    return load_file(y), json.loads(done.stdout)["seconds"]


def distance(a, b):
    assert a.keys() == b.keys() and all(a[n].shape == b[n].shape for n in a), (a.keys(), b.keys())
    worst = torch.stack([(a[n].double() - b[n].double()).abs().max() for n in a]).max().item()
    return float("inf") if worst != worst else worst


def compare(case, number, ciranda, folder):
    """Distances of Ciranda from PyTorch, and of both from float64."""
    torch.manual_seed(number)
    rnn = CELLS[case.cell](case.input, case.hidden, case.layers, bias=case.bias, bidirectional=case.directions == 2)
    tensors = {"x": torch.randn(case.steps, case.batch, case.input)}
    if case.states:
        for name in ("h0", "c0") if case.cell == "lstm" else ("h0",):
            tensors[name] = torch.randn(case.layers * case.directions, case.batch, case.hidden)
    actual, seconds = run_ciranda(case, ciranda, folder, rnn, tensors)
    expected = run_torch(case, rnn, tensors)
    exact = run_torch(case, rnn.double(), {n: t.double() for n, t in tensors.items()})
    return distance(actual, expected), distance(actual, exact), distance(expected, exact), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=float, default=2e9, help="multiplications of a drawn case")
    parser.add_argument("--ciranda", default=str(ROOT / "samples/target/ciranda/bin/ciranda"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    worst = {cell: [0, (0, 0, 0), None] for cell in CELLS}
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases(options.cases, options.seed, options.work)):
            *distances, seconds = compare(case, number, options.ciranda, pathlib.Path(folder))
            print(f"{number:3} {distances[0]:.1e} {seconds:6.2f} s  {case}", file=sys.stderr, flush=True)
            count, before, widest = worst[case.cell]
            worst[case.cell] = [count + 1, tuple(map(max, before, distances)), case if distances[0] >= before[0] else widest]
    print("| cell | cases | Ciranda - PyTorch | Ciranda - float64 | PyTorch - float64 | worst case |")
    print("|---|---|---|---|---|---|")
    for cell, (count, distances, case) in worst.items():
        print(f"| {cell} | {count} | " + " | ".join(f"{d:.1e}" for d in distances) + f" | {case} |")
    sys.exit(any(distances[0] > TOLERANCE for _, distances, _ in worst.values()))


if __name__ == "__main__":
    main()
