#!/usr/bin/env python3
"""PyTorch's side of the translation benchmarks: training and decoding of an encoder and decoder with attention on the CPU.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 numpy
    venv/bin/python bench/peers/translate.py train --cell gru --hidden 512 --batch 64 --threads 2
    venv/bin/python bench/peers/translate.py decode --cell gru --hidden 512 --batch 1 --beam 5 --threads 1

The model is Bahdanau's (2015): a bidirectional encoder, additive scores, a readout of one tanh layer; no dropout. Prints one
line of JSON. Tokens are target symbols, </s> counted, and only those of the best hypothesis.

train    a step is forward, mean cross-entropy, backward, gradient clipping by norm 5, Adam, on batches of similar lengths
decode   greedy search (--beam 1) or beam search over the first --sentences of the table, --batch at a time; if that is
         more than one, sorted by the length of the source, the longest first, then by number. The weights are random, so
         with --fixed-length (the default) each sentence is decoded for exactly as many steps as its source has symbols:
         </s> is never chosen, and after the last step the hypotheses that are left are what is found. Without it </s>
         ends a hypothesis, and so does twice the length of the source.

The sentences: all numbers come from one generator, x = x * 6364136223846793005 + 1442695040888963407 modulo 2^64, from x = 1.
below(n) steps it once and is (x >> 33) % n, unsigned. normal(s) is floor(((u1 + ... + u12 - 5994) * s + 500) / 1000) with each
u = below(1000): mean 0, deviation s. First the lengths of all 1024 pairs, </s> counted: source = 13 + normal(4), then
target = source + normal(2), each held within 4 and 40 (the target is made from the source's held length). Then, pair after
pair, the source's words and the target's words, each 3 + below(vocabulary - 3), as many as the length less the </s> that
follows them.

The batches of training: the pairs sorted by target length, then by source length, then by number, cut into batches in that
order (an incomplete last one is dropped), and these shuffled: for i from the last down to 1, i changes places with
below(i + 1) of the same generator. They are taken in that order round and round until the time is over.
"""
import argparse
import json
import time

import torch
from torch import nn
from torch.nn import functional as F

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU}
BEGIN, END = 1, 2
PAIRS = 1024


class Sentences:
    """Pairs of source and target, and the generator they come from."""

    def __init__(self, source_vocab, target_vocab):
        self.x = 1
        self.lengths = [self.pair_of_lengths() for _ in range(PAIRS)]
        self.pairs = [(self.words(s, source_vocab), self.words(t, target_vocab)) for s, t in self.lengths]

    def below(self, n):
        self.x = (self.x * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.x >> 33) % n

    def normal(self, deviation):
        return ((sum(self.below(1000) for _ in range(12)) - 5994) * deviation + 500) // 1000

    def pair_of_lengths(self):
        source = min(max(13 + self.normal(4), 4), 40)
        return source, min(max(source + self.normal(2), 4), 40)

    def words(self, length, vocab):
        return torch.tensor([3 + self.below(vocab - 3) for _ in range(length - 1)] + [END])

    def batches(self, size):
        order = sorted(range(PAIRS), key=lambda i: (self.lengths[i][1], self.lengths[i][0], i))
        batches = [order[i : i + size] for i in range(0, PAIRS - size + 1, size)]
        for i in range(len(batches) - 1, 0, -1):
            j = self.below(i + 1)
            batches[i], batches[j] = batches[j], batches[i]
        return [Batch([self.pairs[i] for i in batch]) for batch in batches]


class Batch:
    """Pairs, the longest source first as packing wants it; the decoder's input and output; which places are words."""

    def __init__(self, pairs):
        sources, targets = zip(*sorted(pairs, key=lambda p: -len(p[0])))
        self.source, self.lengths = padded(sources)
        target, lengths = padded(targets)
        self.input = torch.cat([torch.full_like(target[:1], BEGIN), target[:-1]])
        self.words = (torch.arange(len(target))[:, None] < lengths).flatten().nonzero().squeeze(1)
        self.output = target.flatten()[self.words]


def padded(sentences):
    """[steps][B] and the lengths."""
    return nn.utils.rnn.pad_sequence(sentences), torch.tensor([len(s) for s in sentences])


def gru(input, recurrent, h, c):
    """One step from the two products; c is for the LSTM."""
    H = h.shape[1]
    r, z = (input[:, : 2 * H] + recurrent[:, : 2 * H]).sigmoid_().chunk(2, 1)
    n = torch.addcmul(input[:, 2 * H :], r, recurrent[:, 2 * H :]).tanh_()
    return torch.lerp(n, h, z), c


def lstm(input, recurrent, h, c):
    i, f, g, o = (input + recurrent).chunk(4, 1)
    c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
    return o.sigmoid() * c.tanh(), c


STEPS = {"lstm": lstm, "gru": gru}


class Attention(nn.Module):
    def __init__(self, hidden, annotation, attention):
        super().__init__()
        self.key = nn.Linear(annotation, attention, bias=False)
        self.query = nn.Linear(hidden, attention)
        self.v = nn.Parameter(torch.empty(attention))


def attend(q, keys, annotations, mask, v):
    """q [B][K][A], keys [B][S][A], annotations [B][S][N], mask [B][1][S] of 0 and -infinity; the context [B][K][N]."""
    e = (q[:, :, None] + keys[:, None]).tanh_() @ v
    return (e + mask).softmax(2) @ annotations


class Translation(nn.Module):
    def __init__(self, cell, source_vocab, target_vocab, embed, hidden, attention, layers):
        super().__init__()
        annotation = 2 * hidden
        self.step, self.lstm, self.sizes = STEPS[cell], cell == "lstm", (embed, hidden, annotation, attention)
        self.source_embedding = nn.Embedding(source_vocab, embed)
        self.encoder = CELLS[cell](embed, hidden, layers, bidirectional=True)
        self.attention = Attention(hidden, annotation, attention)
        self.bridge = nn.Linear(annotation, layers * hidden)
        self.target_embedding = nn.Embedding(target_vocab, embed)
        self.decoder = CELLS[cell](embed + annotation, hidden, layers)
        self.readout = nn.Linear(hidden + annotation + embed, embed)
        self.output = nn.Linear(embed, target_vocab)

    def encode(self, source, lengths):
        """Keys, annotations, mask, and the decoder's first states, of sources sorted by length."""
        packed = nn.utils.rnn.pack_padded_sequence(self.source_embedding(source), lengths)
        packed, final = self.encoder(packed)
        annotations = nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)[0].contiguous()
        hn = final[0] if self.lstm else final
        h = self.bridge(torch.cat([hn[-2], hn[-1]], 1)).tanh().split(self.sizes[1], 1)
        beyond = torch.arange(len(source)) >= lengths[:, None]
        mask = torch.zeros(beyond.shape).masked_fill_(beyond, -torch.inf)[:, None]
        return self.attention.key(annotations), annotations, mask, h

    def first_weights(self):
        """The input half of layer 0 for words and for contexts; what reads its last state: query and recurrence."""
        embed, hidden, annotation, attention = self.sizes
        d, query = self.decoder, self.attention.query
        for_words, for_contexts = d.weight_ih_l0.split([embed, annotation], 1)
        for_state = torch.cat([query.weight, d.weight_hh_l0])
        return for_words, for_contexts, for_state.t(), torch.cat([query.bias, d.bias_hh_l0])

    def upper(self, x, h, c):
        """The layers above the first, in place of the lists of states; the last one's state."""
        for l in range(1, len(h)):
            w_ih, w_hh, b_ih, b_hh = self.decoder.all_weights[l]
            h[l], c[l] = self.step(F.linear(x, w_ih, b_ih), F.linear(h[l], w_hh, b_hh), h[l], c[l])
            x = h[l]
        return x

    def loss(self, batch):
        embed, hidden, annotation, attention = self.sizes
        keys, annotations, mask, first = self.encode(batch.source, batch.lengths)
        h, c = list(first), [torch.zeros_like(s) for s in first]
        for_words, for_contexts, for_state, bias = self.first_weights()
        e = self.target_embedding(batch.input)
        states, contexts = [], []
        for x in F.linear(e, for_words, self.decoder.bias_ih_l0).unbind(0):
            q, recurrent = torch.addmm(bias, h[0], for_state).split([attention, len(bias) - attention], 1)
            context = attend(q[:, None], keys, annotations, mask, self.attention.v)[:, 0]
            h[0], c[0] = self.step(torch.addmm(x, context, for_contexts.t()), recurrent, h[0], c[0])
            states.append(self.upper(h[0], h, c))
            contexts.append(context)
        read = torch.cat([torch.stack(states), torch.stack(contexts), e], 2).flatten(0, 1)[batch.words]
        return F.cross_entropy(self.output(self.readout(read).tanh_()), batch.output)


class Decoder:
    """A model with the products of its target words made once, and with joined weights, transposed: MKL is faster so."""

    def __init__(self, model):
        self.model = model
        embed, hidden, annotation, attention = model.sizes
        for_words, for_contexts, self.for_state, self.bias = model.first_weights()
        read_state, read_context, read_word = model.readout.weight.split([hidden, annotation, embed], 1)
        words = model.target_embedding.weight
        self.words = torch.cat([F.linear(words, for_words, model.decoder.bias_ih_l0),
                                F.linear(words, read_word, model.readout.bias)], 1)
        self.for_context = torch.cat([for_contexts, read_context]).t().contiguous()
        self.for_state = self.for_state.contiguous()
        self.read_state = read_state.t().contiguous()
        self.for_output = model.output.weight.t().contiguous()

    def logits(self, ids, h, c, seen):
        """For ids [B][K]; changes the lists of states, each [B*K][H]."""
        m = self.model
        embed, hidden, annotation, attention = m.sizes
        gates = len(self.bias) - attention
        q, recurrent = torch.addmm(self.bias, h[0], self.for_state).split([attention, gates], 1)
        context = attend(q.unflatten(0, ids.shape), *seen, m.attention.v).flatten(0, 1)
        x, read = torch.addmm(self.words.index_select(0, ids.flatten()), context, self.for_context).split([gates, embed], 1)
        h[0], c[0] = m.step(x, recurrent, h[0], c[0])
        read = torch.addmm(read, m.upper(h[0], h, c), self.read_state).tanh_()
        return torch.addmm(m.output.bias, read, self.for_output)

    def start(self, source, lengths):
        keys, annotations, mask, first = self.model.encode(source, lengths)
        return [keys, annotations, mask], list(first), [torch.zeros_like(s) for s in first]

    @torch.inference_mode()
    def greedy(self, source, lengths, maximum, fixed):
        """The ids of each sentence, at most maximum [B] of them."""
        seen, h, c = self.start(source, lengths)
        sentence, found = torch.arange(len(lengths)), [None] * len(lengths)
        ids = torch.full((len(lengths), 1), BEGIN)
        for step in range(1, max(maximum) + 1):
            logits = self.logits(ids[:, -1:], h, c, seen)
            logits[:, BEGIN] = -torch.inf
            if fixed:
                logits[:, END] = -torch.inf
            symbol = logits.argmax(1, keepdim=True)
            ids = torch.cat([ids, symbol], 1)
            done = (maximum == step) | (symbol[:, 0] == END)
            if done.any():
                for b in done.nonzero().flatten().tolist():
                    found[sentence[b]] = ids[b, 1:].tolist()
                left = (~done).nonzero().flatten()
                if not len(left):
                    break
                sentence, maximum, ids, *seen = (t.index_select(0, left) for t in [sentence, maximum, ids, *seen])
                h, c = ([s.index_select(0, left) for s in states] for states in (h, c))
        return found

    @torch.inference_mode()
    def search(self, source, lengths, maximum, fixed, beam, power=1.0, forbidden=(BEGIN,)):
        """For each sentence its hypotheses, best first: (score, sum of log-probabilities, ids).

        Each sentence has beam places, of which finished hypotheses leave with theirs. All sentences have as many columns
        as the one with the most places left; a column that is not in use has the sum -infinity.
        """
        seen, h, c = self.start(source, lengths)
        sentence, found = torch.arange(len(lengths)), [[] for _ in lengths]
        ids = torch.full((len(lengths), 1, 1), BEGIN)
        sums = torch.zeros(len(lengths), 1)
        places = torch.full((len(lengths),), beam)
        columns = beam
        for step in range(1, max(maximum) + 1):
            B, K = sums.shape
            logits = self.logits(ids[:, :, -1], h, c, seen)
            normalizer = logits.logsumexp(1, keepdim=True)
            for symbol in (*forbidden, END) if fixed else forbidden:
                logits[:, symbol] = -torch.inf
            best, symbols = logits.topk(columns, 1)
            candidates = best.sub_(normalizer).view(B, K, columns) + sums[:, :, None]
            sums, chosen = candidates.flatten(1).topk(columns, 1)
            parent = chosen // columns
            symbol = symbols.view(B, K * columns).gather(1, chosen)
            ids = torch.cat([ids.gather(1, parent[:, :, None].expand(-1, -1, step)), symbol[:, :, None]], 2)
            rows = parent.add_(K * torch.arange(B)[:, None])

            last = (maximum == step)[:, None]
            if fixed and not last.any():
                h, c = ([s.index_select(0, rows.flatten()) for s in states] for states in (h, c))
                continue
            live = (torch.arange(columns) < places[:, None]) & (sums > -torch.inf)
            ended = live & ((symbol == END) | last)
            for b, k in ended.nonzero().tolist():
                total = sums[b, k].item()
                found[sentence[b]].append((total / step**power, total, ids[b, k, 1:].tolist()))
            places -= ended.sum(1)
            left = places.nonzero().flatten()
            if not len(left):
                break
            # Those in use come first, in their order; the columns that no sentence uses go.
            sums = sums.masked_fill_(ended | ~live, -torch.inf)[left]
            columns = int(places.max())
            sums, order = sums.sort(dim=1, descending=True, stable=True)
            sums, order = sums[:, :columns], order[:, :columns]
            rows = rows[left].gather(1, order).flatten()
            ids = ids[left].gather(1, order[:, :, None].expand(-1, -1, step + 1))
            h, c = ([s.index_select(0, rows) for s in states] for states in (h, c))
            if len(left) < B:
                sentence, maximum, places, *seen = (t.index_select(0, left) for t in [sentence, maximum, places, *seen])
        for hypotheses in found:
            hypotheses.sort(key=lambda f: -f[0])
        return found


def train(a, model, sentences):
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    batches = sentences.batches(a.batch)

    def step(batch):
        optimizer.zero_grad()
        loss = model.loss(batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        return loss

    for batch in batches[:3]:
        step(batch)
    steps = tokens = 0
    begin = time.perf_counter()
    while steps < 5 or time.perf_counter() - begin < a.seconds:
        batch = batches[steps % len(batches)]
        loss = step(batch)
        steps += 1
        tokens += len(batch.output)
    elapsed = time.perf_counter() - begin
    return {"steps": steps, "ms_per_step": round(elapsed / steps * 1e3, 2), "tokens_per_s": round(tokens / elapsed),
            "loss": round(loss.item(), 4)}


def decode(a, model, sentences):
    decoder = Decoder(model.requires_grad_(False).eval())
    pairs = sentences.pairs[: a.sentences]
    if a.batch > 1:
        pairs = sorted(pairs, key=lambda p: -len(p[0]))
    batches = []
    for i in range(0, len(pairs), a.batch):
        sources = [source for source, _ in pairs[i : i + a.batch]]
        source, lengths = padded(sources)
        batches.append((source, lengths, lengths if a.fixed_length else 2 * lengths))

    def translate(batch):
        """The number of symbols of the best hypotheses."""
        if a.beam == 1:
            return sum(map(len, decoder.greedy(*batch, a.fixed_length)))
        return sum(len(found[0][2]) for found in decoder.search(*batch, a.fixed_length, a.beam))

    for batch in batches[:3]:
        translate(batch)
    rounds = tokens = 0
    begin = time.perf_counter()
    while rounds < 1 or time.perf_counter() - begin < a.seconds:
        tokens += sum(map(translate, batches))
        rounds += 1
    elapsed = time.perf_counter() - begin
    return {"rounds": rounds, "sentences_per_s": round(rounds * len(pairs) / elapsed, 2), "tokens_per_s": round(tokens / elapsed)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=["train", "decode"])
    parser.add_argument("--cell", choices=sorted(CELLS), default="gru")
    for name, value in (("source-vocab", 8000), ("target-vocab", 6000), ("embed", 256), ("hidden", 512), ("attention", 512),
                        ("layers", 1), ("batch", 64), ("threads", 1)):
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--beam", type=int, default=5, help="decode: 1 is greedy search")
    parser.add_argument("--sentences", type=int, default=100, help="decode: how many of the table")
    parser.add_argument("--fixed-length", action=argparse.BooleanOptionalAction, default=True, help="decode: see above")
    parser.add_argument("--precision", choices=["f32"], default="f32")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to measure; decode: whole rounds")
    return parser.parse_args()


def main():
    a = arguments()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    model = Translation(a.cell, a.source_vocab, a.target_vocab, a.embed, a.hidden, a.attention, a.layers)
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -0.08, 0.08)
    found = {"train": train, "decode": decode}[a.mode](a, model, Sentences(a.source_vocab, a.target_vocab))
    print(json.dumps({"peer": "pytorch " + torch.__version__, **vars(a), **found}))


if __name__ == "__main__":
    main()
