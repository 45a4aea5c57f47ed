#!/usr/bin/env python3
"""PyTorch's side of the benchmark TrainStep: training throughput of a recurrent language model on the CPU.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 numpy
    venv/bin/python bench/peers/train.py --cell lstm --vocab 65 --hidden 128 --layers 2 --steps 50 --batch 50 --threads 1

A step is what TrainStep does: forward from a zero state, mean cross-entropy over all positions, backward, gradient clipping by
norm 5, Adam in its fastest form. Prints one line of JSON with the median time of a step and the tokens per second that follow from it.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class LanguageModel(nn.Module):
    def __init__(self, cell, vocab, hidden, layers):
        super().__init__()
        self.embedding = nn.Embedding(vocab, hidden)
        self.rnn = CELLS[cell](hidden, hidden, layers)
        self.output = nn.Linear(hidden, vocab)

    def forward(self, tokens):
        hidden, _ = self.rnn(self.embedding(tokens))
        return self.output(hidden)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", choices=sorted(CELLS), default="lstm")
    for name, value in (("vocab", 65), ("hidden", 128), ("layers", 2), ("steps", 50), ("batch", 50), ("threads", 1)):
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to measure")
    return parser.parse_args()


def main():
    a = arguments()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    model = LanguageModel(a.cell, a.vocab, a.hidden, a.layers)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    x = torch.randint(a.vocab, (a.steps, a.batch))
    y = torch.randint(a.vocab, (a.steps, a.batch)).flatten()

    def step():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    for _ in range(5):
        step()
    times = []
    begin = time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begin < a.seconds:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    median = statistics.median(times)
    print(json.dumps({"peer": "pytorch " + torch.__version__, **vars(a), "ms_per_step": round(median * 1e3, 3),
                      "tokens_per_s": round(a.steps * a.batch / median)}))


if __name__ == "__main__":
    main()
