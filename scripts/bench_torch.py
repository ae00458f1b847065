#!/usr/bin/env python3
"""The peer of `mundap bench`: the same workloads in PyTorch, from the same weights and batch.

Usage: bench_torch.py NAME WEIGHTS.safetensors --threads N --seconds S --losses N
WEIGHTS comes from `mundap bench NAME --export WEIGHTS.safetensors`. Prints one JSON object.
"""
import argparse
import json
import math
import os
import statistics
import struct
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("name")
parser.add_argument("weights")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seconds", type=float, default=5)
parser.add_argument("--losses", type=int, default=0)
args = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, str(args.threads))

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(args.threads)


def read_safetensors(path):
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        body = file.read()
    types = {"F32": torch.float32, "I32": torch.int32, "F64": torch.float64}
    out = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            flat = torch.frombuffer(bytearray(body[first:last]), dtype=types[entry["dtype"]])
            out[name] = flat.reshape(entry["shape"])
    return out


tensors = read_safetensors(args.weights)
data = {name[5:]: t for name, t in tensors.items() if name.startswith("data.")}


def load(model, prefix, rename=lambda name: name):
    own = model.state_dict()
    given = {rename(n[2:]): t for n, t in tensors.items() if n.startswith(prefix + ".")}
    for name in own:
        if name in given:
            own[name].copy_(given.pop(name))
        elif not name.endswith(("num_batches_tracked",)):
            sys.exit(f"no weights for {name}")
    if given:
        sys.exit(f"weights left over: {sorted(given)}")
    return model


class CharLM(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.embedding = nn.Embedding(256, 64)
        self.recurrent = getattr(nn, cell)(64, 256, batch_first=True)
        self.head = nn.Linear(256, 256)

    def forward(self, x, state=None):
        y, state = self.recurrent(self.embedding(x), state)
        return self.head(y), state


class Block(nn.Module):
    def __init__(self, d=128, heads=4):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.register_buffer("hidden", torch.triu(torch.ones(128, 128, dtype=torch.bool), 1), False)

    def forward(self, x, cache=None):
        n, t, d = x.shape
        q, k, v = (p.view(n, t, self.heads, -1).transpose(1, 2)
                   for p in self.qkv(self.norm1(x)).split(d, 2))
        if cache is not None:
            if "k" in cache:
                k, v = torch.cat((cache["k"], k), 2), torch.cat((cache["v"], v), 2)
            cache["k"], cache["v"] = k, v
        scores = q @ k.transpose(2, 3) / math.sqrt(d // self.heads)
        if t > 1:
            scores = scores.masked_fill(self.hidden[:t, :t], -math.inf)
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, d)
        x = x + self.out(y)
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(512, 128), nn.Embedding(128, 128)
        self.blocks = nn.ModuleList([Block() for _ in range(4)])
        self.norm = nn.LayerNorm(128)

    def forward(self, ids, caches=None, at=0):
        x = self.tokens(ids) + self.positions.weight[at:at + ids.shape[1]]
        for i, block in enumerate(self.blocks):
            x = block(x, caches[i] if caches else None)
        return self.norm(x) @ self.tokens.weight.t()


def gpt_names(name):
    first = name.split(".")[0]
    if first.isdigit():
        name = "blocks." + str(int(first) - 2) + name[len(first):]
    return name.replace("attention.", "")


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(64, 3136)
        self.up1, self.norm = nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.BatchNorm2d(32)
        self.up2 = nn.ConvTranspose2d(32, 1, 4, 2, 1)

    def forward(self, z):
        x = F.relu(self.norm(self.up1(self.project(z).view(-1, 64, 7, 7))))
        return torch.tanh(self.up2(x))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(1, 32, 4, 2, 1), nn.Conv2d(32, 64, 4, 2, 1)
        self.norm, self.score = nn.BatchNorm2d(64), nn.Linear(3136, 1)

    def forward(self, x):
        x = F.leaky_relu(self.down1(x), 0.2)
        return self.score(F.leaky_relu(self.norm(self.down2(x)), 0.2).flatten(1))


class TimeEmbedding(nn.Module):
    def __init__(self, d=64):
        super().__init__()
        self.first, self.second = nn.Linear(d, d), nn.Linear(d, d)
        self.register_buffer("rates", torch.exp(-math.log(10000) * torch.arange(d // 2) / (d // 2)))

    def forward(self, t):
        angle = t[:, None] * self.rates
        return self.second(F.silu(self.first(torch.cat((angle.sin(), angle.cos()), 1))))


class UNetBlock(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(8, i), nn.Conv2d(i, o, 3, padding=1)
        self.time = nn.Linear(64, o)
        self.norm2, self.conv2 = nn.GroupNorm(8, o), nn.Conv2d(o, o, 3, padding=1)
        if i != o:
            self.skip = nn.Conv2d(i, o, 1)

    def forward(self, x, time):
        h = self.conv1(F.silu(self.norm1(x))) + self.time(F.silu(time))[:, :, None, None]
        h = self.conv2(F.silu(self.norm2(h)))
        return h + (self.skip(x) if hasattr(self, "skip") else x)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        conv = lambda i, o, s=1: nn.Conv2d(i, o, 3, s, 1)  # noqa: E731
        self.time, self.input = TimeEmbedding(), conv(1, 32)
        self.down_a, self.shrink_a = UNetBlock(32, 32), conv(32, 32, 2)
        self.down_b, self.shrink_b = UNetBlock(32, 64), conv(64, 64, 2)
        self.middle, self.grow_b = UNetBlock(64, 64), conv(64, 64)
        self.up_b, self.grow_a = UNetBlock(128, 64), conv(64, 64)
        self.up_a, self.norm, self.output = UNetBlock(96, 32), nn.GroupNorm(8, 32), conv(32, 1)

    def forward(self, x, t):
        time = self.time(t)
        a = self.down_a(self.input(x), time)
        b = self.down_b(self.shrink_a(a), time)
        x = self.middle(self.shrink_b(b), time)
        x = self.grow_b(F.interpolate(x, scale_factor=2))
        x = self.up_b(torch.cat((x, b), 1), time)
        x = self.grow_a(F.interpolate(x, scale_factor=2))
        x = self.up_a(torch.cat((x, a), 1), time)
        return self.output(F.silu(self.norm(x)))


def make_mlp():
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(),
                         nn.Linear(128, 10))


def make_cnn():
    return nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10))


def char_names(name):
    return name


def adam(model, rate=1e-3, beta1=0.9):
    return torch.optim.Adam(model.parameters(), lr=rate, betas=(beta1, 0.999))


def classify(model, first=lambda out: out):
    optimizer = adam(model)
    x = data["x"].long() if data["x"].dtype == torch.int32 else data["x"]
    y = data["y"].long().flatten()

    def step():
        optimizer.zero_grad(set_to_none=True)
        logits = first(model(x))
        loss = F.cross_entropy(logits.reshape(len(y), -1), y)
        loss.backward()
        optimizer.step()
        return loss
    return [model], step


def infer(model, first=lambda out: out):
    model.eval()
    x = data["x"].long() if data["x"].dtype == torch.int32 else data["x"]

    def step():
        with torch.no_grad():
            first(model(x))
    return [model], step


def dcgan():
    g, d = load(Generator(), "a"), load(Discriminator(), "b")
    og, od = adam(g, 2e-4, 0.5), adam(d, 2e-4, 0.5)
    ones, zeros = data["ones"], data["zeros"]
    loss_of = F.binary_cross_entropy_with_logits

    def step():
        fake = g(data["z"])
        od.zero_grad(set_to_none=True)
        loss = loss_of(d(data["real"]), ones) + loss_of(d(fake.detach()), zeros)
        loss.backward()
        od.step()
        og.zero_grad(set_to_none=True)
        fooled = loss_of(d(fake), ones)
        fooled.backward()
        og.step()
        return loss
    return [g, d], step


def ddpm():
    model = load(UNet(), "a")
    optimizer = adam(model)

    def step():
        x = data["x0"] * data["signal"] + data["noise"] * data["sigma"]
        optimizer.zero_grad(set_to_none=True)
        loss = F.mse_loss(model(x, data["t"]), data["noise"])
        loss.backward()
        optimizer.step()
        return loss
    return [model], step


def ddim():
    model = load(UNet(), "a").eval()
    betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
    left = torch.cumprod(1 - betas, 0)

    def step():
        x = data["x"]
        with torch.no_grad():
            for k in range(49, -1, -1):
                now = left[k * 20].item()
                before = left[k * 20 - 20].item() if k else 1.0
                noise = model(x, torch.full((len(x),), float(k * 20)))
                clean = (x - math.sqrt(1 - now) * noise) / math.sqrt(now)
                x = math.sqrt(before) * clean + math.sqrt(1 - before) * noise
    return [model], step


def lstm_gen():
    model = load(CharLM("LSTM"), "a").eval()

    def step():
        with torch.no_grad():
            x, state = data["x"].long(), None
            for _ in range(64):
                logits, state = model(x, state)
                x = logits.argmax(-1)
    return [model], step


def gpt_decode():
    model = load(GPT(), "a", gpt_names).eval()

    def step():
        with torch.no_grad():
            token, caches = torch.tensor([[1]]), [{} for _ in range(4)]
            for at in range(128):
                token = model(token, caches, at)[:, -1:].argmax(-1)
    return [model], step


def cnn_epoch():
    import gzip
    folder = "/usr/share/datasets/fashion-mnist/"

    def read(name, start):
        with gzip.open(folder + name) as file:
            return torch.frombuffer(bytearray(file.read()[start:]), dtype=torch.uint8)

    def step():
        x = read("train-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28).float() / 255
        y = read("train-labels-idx1-ubyte.gz", 8).long()
        tx = read("t10k-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28).float() / 255
        ty = read("t10k-labels-idx1-ubyte.gz", 8).long()
        torch.manual_seed(1)
        model = make_cnn()
        optimizer = adam(model)
        order = torch.randperm(len(x))
        for rows in order.split(64):
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            right = sum((model(a).argmax(1) == b).sum().item()
                        for a, b in zip(tx.split(256), ty.split(256)))
        return torch.tensor(1 - right / len(ty))
    return [make_cnn()], step


def build(name):
    base = name.split("-")[0]
    first = lambda out: out[0]  # noqa: E731
    if name == "cnn-epoch":
        return cnn_epoch()
    if name in ("dcgan", "ddpm", "ddim"):
        return {"dcgan": dcgan, "ddpm": ddpm, "ddim": ddim}[name]()
    if name == "lstm-gen":
        return lstm_gen()
    if name == "gpt-decode":
        return gpt_decode()
    run = infer if "-infer" in name else classify
    if base == "mlp":
        return run(load(make_mlp(), "a"))
    if base == "cnn":
        return run(load(make_cnn(), "a"))
    if base == "gpt":
        return run(load(GPT(), "a", gpt_names))
    return run(load(CharLM(base.upper()), "a"), first)


models, step = build(args.name)
losses = [float(step()) for _ in range(args.losses)]
times = []
if args.seconds > 0:
    start = time.perf_counter()
    warm = 0
    while True:
        step()
        warm += 1
        used = time.perf_counter() - start
        if (warm >= 3 and used > args.seconds / 10) or used > args.seconds / 2:
            break
    start = before = time.perf_counter()
    while True:
        step()
        now = time.perf_counter()
        times.append((now - before) * 1000)
        before = now
        if now - start >= args.seconds:
            break
print(json.dumps({
    "name": args.name, "threads": args.threads,
    "params": sum(p.numel() for m in models for p in m.parameters()),
    "ms_per_step": {"median": statistics.median(times), "min": min(times), "max": max(times)}
    if times else None,
    "steps": len(times), "losses": losses}))
