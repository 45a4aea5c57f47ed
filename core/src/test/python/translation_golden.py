"""Writes the golden files of translation with attention: what PyTorch computes for the loss, its gradients, a few updates
with Adam, and the sentences that beam search finds.

    pip install torch safetensors numpy
    python translation_golden.py            # writes ../resources/golden/translation-*.safetensors
    python translation_golden.py --check    # writes nothing; says how far float32 is from float64 in each file

As golden.py, which says how the layers' files are made, and whose remarks on versions and metadata hold here.

Letters: S source steps, T target steps, B batch, E embedding, H hidden, N = 2H annotation, A attention, Vs and Vt
vocabularies, L layers of the encoder (bidirectional) and of the decoder. Ids 0 <unk>, 1 <s>, 2 </s>. Padding has id 0
too: only the lengths say what is padding, and <unk> occurs as a word.

The model (Bahdanau et al. 2015, with a readout of one tanh layer): translation-{cell}-L{L}[-tied][-smoothing].safetensors
    metadata       kind=translation, cell (gru | lstm), source_vocabulary, target_vocabulary, embedding, hidden, attention,
                   layers, batch, tied (true | false), smoothing; updates, lr, beta1, beta2, eps of Adam; maximum, the
                   longest hypothesis; length_power, allow_unknown (true | false); torch
    source_embedding.weight [Vs][E], encoder.*, attention.key.weight [A][N], attention.query.weight [A][H],
    attention.query.bias [A], attention.v [A], bridge.weight [L*H][2H], bridge.bias [L*H], target_embedding.weight [Vt][E],
    decoder.* (layer 0 reads [e_t ; c_t]), readout.weight [E][H+N+E], readout.bias [E], output.weight [Vt][E],
    output.bias [Vt]
                   parameters before training; where tied, output.weight is target_embedding.weight and is not stored
    source         I32 [S][B]: each sentence and its </s>, then padding
    source_lengths I32 [B], </s> counted; unsorted
    target         I32 [T][B]: what the decoder shall give, y1..yn </s>, then padding; it reads <s> y1..yn
    target_lengths I32 [B], </s> counted
    loss           []: cross-entropy with smoothed labels (the target's share is 1 - smoothing + smoothing / Vt), summed
                   over the steps within the lengths and divided by their number; no dropout
    grad.*         its gradient by name
    losses         [updates]: the loss on this batch before each update; no clipping
    beam{K}.ids    I32 [B][K][maximum]: for a beam of K = 1, 3, 5 and the parameters before training, what is found for
                   each sentence, best first; with its </s>, if it has one, then -1
    beam{K}.log_probs, beam{K}.scores
                   [B][K]: the sum of the log-probabilities of the ids, and that sum / (number of ids)^length_power
    beam{K}.attention
                   [B][maximum][S]: of the best, the weights on the source for each id; zero where there is none

The beam search: hypotheses are compared by the sum of their log-probabilities. There are K places. Each step extends every
hypothesis by every symbol except <s> (and <unk> unless allow_unknown) and takes as many of the best as there are places;
of those, one that ends in </s> is finished and takes its place with it. It ends when no place is left or at the maximum
length, where the others count as finished too. Found is what is finished, sorted by score.

The scores of attention, one query a sentence, over keys and annotations of the given lengths: translation-attention.safetensors
    metadata       kind=attention, batch, steps, torch
    annotations    [S][B][N], lengths I32 [B], dc [B][N]: the gradient that comes from above
    and for each score, as {score}.*, additive (e_j = v . tanh(q + k_j)), general (e_j = q . k_j, k = W h, as additive's)
    and dot (e_j = q . h_j, Luong et al. 2015):
    q              [B][A], for dot [B][N]; key.weight [A][N], not for dot; v [A], for additive only
    keys           [S][B][A], not for dot; zero in padded places, as the annotations are
    e, alpha, c    [B][S], [B][S], [B][N]; scores and weights are zero beyond a sentence's length
    grad.q, grad.key.weight, grad.v, grad.keys
    grad.annotations  through the keys and through c together; for dot the keys are the annotations
"""

import torch
from torch import nn

import golden

E, H, A, VS, VT, MAXIMUM, UPDATES = 5, 7, 6, 11, 13, 8, 10
N = 2 * H
UNKNOWN, BEGIN, END = range(3)
BEAMS = [1, 3, 5]

SOURCES = [[4, 0, 9, 3, 4], [10, 5, 5, 7, 3, 8, 6, 0], [6], [9, 4, 8]]
TARGETS = [[12, 3, 0, 7, 7, 4, 9], [5, 11], [8, 3, 10, 6], []]

# cell, layers, tied, smoothing, length power, whether <unk> may be found
# and a seed (one whose hypotheses end at many lengths)
MODELS = [
    ("gru", 1, False, 0.0, 1.0, True, 7),
    ("gru", 1, True, 0.1, 0.6, False, 47),
    ("gru", 2, False, 0.1, 1.0, False, 44),
    ("gru", 2, True, 0.0, 1.0, True, 23),
    ("lstm", 1, False, 0.1, 1.0, True, 45),
    ("lstm", 1, True, 0.0, 1.0, False, 50),
    ("lstm", 2, False, 0.0, 0.6, True, 17),
    ("lstm", 2, True, 0.1, 1.0, True, 1),
]


def padded(sentences):
    """[steps][B] and the lengths, with an </s> after each sentence."""
    ended = [torch.tensor([*s, END]) for s in sentences]
    return nn.utils.rnn.pad_sequence(ended), torch.tensor([len(s) for s in ended])


def beyond(lengths, steps):
    """[B][steps], true in padded places."""
    return torch.arange(steps) >= lengths[:, None]


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.key = nn.Linear(N, A, bias=False)
        self.query = nn.Linear(H, A)
        self.v = nn.Parameter(torch.empty(A))

    def forward(self, state, keys, annotations, mask):
        """The annotation that is attended to, [B][N], and the weights, [B][S]."""
        scores = (self.query(state) + keys).tanh().matmul(self.v).T
        weights = scores.masked_fill(mask, -torch.inf).softmax(1)
        return torch.einsum("bs,sbn->bn", weights, annotations), weights


class Translation(nn.Module):
    def __init__(self, cell, layers, tied):
        super().__init__()
        self.lstm = cell == "lstm"
        rnn = golden.CELLS[cell]
        self.source_embedding = nn.Embedding(VS, E)
        self.encoder = rnn(E, H, num_layers=layers, bidirectional=True)
        self.attention = Attention()
        self.bridge = nn.Linear(2 * H, layers * H)
        self.target_embedding = nn.Embedding(VT, E)
        self.decoder = rnn(E + N, H, num_layers=layers)
        self.readout = nn.Linear(H + N + E, E)
        self.output = nn.Linear(E, VT)
        if tied:
            self.output.weight = self.target_embedding.weight

    def encode(self, source, lengths):
        """What the decoder sees of the source, and its first state."""
        x = self.source_embedding(source)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        y, final = self.encoder(packed)
        annotations, _ = nn.utils.rnn.pad_packed_sequence(y)
        hn = final[0] if self.lstm else final
        s = self.bridge(torch.cat([hn[-2], hn[-1]], 1)).tanh()
        s = torch.stack(s.split(H, 1))
        seen = self.attention.key(annotations), annotations, beyond(lengths, len(source))
        return seen, (s, torch.zeros_like(s)) if self.lstm else s

    def step(self, ids, state, seen):
        """Logits [B][Vt], the next state, and the attention [B][S], after reading ids [B]."""
        e = self.target_embedding(ids)
        s = state[0] if self.lstm else state
        c, weights = self.attention(s[0], *seen)
        top, state = self.decoder(torch.cat([e, c], 1)[None], state)
        return self.output(self.readout(torch.cat([top[0], c, e], 1)).tanh()), state, weights

    def loss(self, source, source_lengths, target, target_lengths, smoothing):
        seen, state = self.encode(source, source_lengths)
        ids = torch.full_like(target[0], BEGIN)
        logits = []
        for following in target:
            step, state, _ = self.step(ids, state, seen)
            logits.append(step)
            ids = following
        mask = ~beyond(target_lengths, len(target)).T
        return nn.functional.cross_entropy(torch.stack(logits)[mask], target[mask], label_smoothing=smoothing)

    @torch.no_grad()
    def search(self, source, beam, allow_unknown):
        """For one sentence: (ids, log-probability, attention [T][S]) of what is finished, in the order of finishing."""
        seen, state = self.encode(source[:, None], torch.tensor([len(source)]))
        live, finished = [([], 0.0, [], state)], []
        for _ in range(MAXIMUM):
            candidates = []
            for ids, log_prob, weights, state in live:
                logits, state, alpha = self.step(torch.tensor([ids[-1] if ids else BEGIN]), state, seen)
                for symbol, p in enumerate(logits[0].log_softmax(0).tolist()):
                    if symbol != BEGIN and (allow_unknown or symbol != UNKNOWN):
                        candidates.append(([*ids, symbol], log_prob + p, [*weights, alpha[0]], state))
            candidates.sort(key=lambda c: -c[1])  # stable: of equals the first hypothesis and the first symbol
            places = beam - len(finished)
            assert candidates[places - 1][1] - candidates[places][1] > 3e-4, "rounding could change the choice"
            taken = candidates[:places]
            finished += [c for c in taken if c[0][-1] == END]
            live = [c for c in taken if c[0][-1] != END]
            if not live:
                break
        return [c[:3] for c in finished + live]


def found(model, sentences, beam, length_power, allow_unknown):
    """The tensors of one beam."""
    source, lengths = padded(sentences)
    B, S = len(sentences), len(source)
    ids = torch.full((B, beam, MAXIMUM), -1)
    log_probs, scores, attention = torch.zeros(B, beam), torch.zeros(B, beam), torch.zeros(B, MAXIMUM, S)
    for b in range(B):
        def score(hypothesis):
            return hypothesis[1] / len(hypothesis[0]) ** length_power

        best = sorted(model.search(source[: lengths[b], b], beam, allow_unknown), key=score, reverse=True)
        assert all(score(a) - score(b) > 1e-3 for a, b in zip(best, best[1:])), "rounding could change the order"
        for k, hypothesis in enumerate(best):
            ids[b, k, : len(hypothesis[0])] = torch.tensor(hypothesis[0])
            log_probs[b, k], scores[b, k] = hypothesis[1], score(hypothesis)
        weights = torch.stack(best[0][2])
        attention[b, : weights.shape[0], : weights.shape[1]] = weights
    found = dict(ids=ids, log_probs=log_probs, scores=scores, attention=attention)
    return {f"beam{beam}.{name}": tensor for name, tensor in found.items()}


def translation(cell, layers, tied, smoothing, length_power, allow_unknown, seed, dtype):
    """The tensors and the metadata of one model's file. Random numbers are float32 whatever the dtype."""
    torch.manual_seed(seed)
    model = Translation(cell, layers, tied)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Large, so that attention is not flat and some hypotheses end early.
            bound = 2 if name.startswith(("attention", "output", "source_embedding", "target_embedding")) else 0.8
            parameter.uniform_(-bound, bound)
    model.to(dtype)
    source, source_lengths = padded(SOURCES)
    target, target_lengths = padded(TARGETS)
    tensors = dict(source=source, source_lengths=source_lengths, target=target, target_lengths=target_lengths)
    tensors |= {n: p.detach().clone() for n, p in model.named_parameters()}
    for beam in BEAMS:
        tensors |= found(model, SOURCES, beam, length_power, allow_unknown)

    adam = torch.optim.Adam(model.parameters(), lr=1e-2, foreach=False)
    losses = []
    for _ in range(UPDATES):
        loss = model.loss(source, source_lengths, target, target_lengths, smoothing)
        adam.zero_grad()
        loss.backward()
        if not losses:
            tensors["loss"] = loss
            tensors |= {f"grad.{n}": p.grad.clone() for n, p in model.named_parameters()}
        losses.append(loss.detach())
        adam.step()
    tensors["losses"] = torch.stack(losses)
    used = adam.param_groups[0]
    metadata = dict(
        kind="translation", cell=cell, source_vocabulary=VS, target_vocabulary=VT, embedding=E, hidden=H, attention=A,
        layers=layers, batch=len(SOURCES), tied=str(tied).lower(), smoothing=smoothing, updates=UPDATES, lr=used["lr"],
        beta1=used["betas"][0], beta2=used["betas"][1], eps=used["eps"], maximum=MAXIMUM, length_power=length_power,
        allow_unknown=str(allow_unknown).lower())
    return tensors, metadata


def attention(dtype):
    """The tensors and the metadata of the scores' file."""
    torch.manual_seed(100)
    source, lengths = padded(SOURCES)
    S, B = source.shape
    mask = beyond(lengths, S)

    def random(*shape):
        return torch.randn(shape).to(dtype).requires_grad_()

    annotations = (torch.randn(S, B, N) * ~mask.T[:, :, None]).to(dtype).requires_grad_()
    dc = random(B, N)
    tensors = dict(annotations=annotations, lengths=lengths, dc=dc)
    for score in ["additive", "general", "dot"]:
        inputs = {"q": random(B, N if score == "dot" else A)}
        if score == "dot":
            keys = annotations
        else:
            inputs["key.weight"] = random(A, N)
            keys = inputs["keys"] = annotations @ inputs["key.weight"].T
        if score == "additive":
            inputs["v"] = random(A)
            e = (inputs["q"] + keys).tanh() @ inputs["v"]
        else:
            e = (inputs["q"] * keys).sum(2)
        e = e.T
        alpha = e.masked_fill(mask, -torch.inf).softmax(1)
        c = torch.einsum("bs,sbn->bn", alpha, annotations)
        inputs_of_gradient = inputs | {"annotations": annotations}
        gradients = torch.autograd.grad(c, list(inputs_of_gradient.values()), dc)
        found = inputs | dict(e=e.masked_fill(mask, 0), alpha=alpha, c=c)
        found |= {f"grad.{name}": g for name, g in zip(inputs_of_gradient, gradients)}
        tensors |= {f"{score}.{name}": tensor for name, tensor in found.items()}
    return tensors, dict(kind="attention", batch=B, steps=S)


def files():
    for config in MODELS:
        cell, layers, tied, smoothing, *_ = config
        name = f"translation-{cell}-L{layers}" + ("-tied" if tied else "") + ("-smoothing" if smoothing else "")
        yield name, lambda dtype, config=config: translation(*config, dtype)
    yield "translation-attention", attention


if __name__ == "__main__":
    golden.main("Writes the golden files of translation.", files())
