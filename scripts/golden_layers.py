#!/usr/bin/env python3
"""Writes tests/unit/nn/golden_layers.safetensors: what PyTorch computes for every layer, forward and backward.

The test needs no PyTorch; this script needs Debian's python3-torch. For a case c the file holds c.x (input), c.p.NAME
(parameters), c.y (output), c.g (a gradient of the output), c.dx and c.d.NAME (the gradients it leads to); losses have
c.x, c.t, c.y, c.dx.
"""
import json
import os
import struct
import sys

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(20240501)
tensors = {}


def keep(name, t):
    tensors[name] = t.detach().clone().contiguous()


def layer(case, module, x, names=lambda n: n, call=None):
    floats = x.is_floating_point()
    if floats:
        x = x.clone().requires_grad_(True)
    y = call(module, x) if call else module(x)
    g = torch.randn_like(y)
    y.backward(g)
    keep(f"{case}.x", x if floats else x.int())
    keep(f"{case}.y", y)
    keep(f"{case}.g", g)
    if floats:
        keep(f"{case}.dx", x.grad)
    for name, p in module.named_parameters():
        keep(f"{case}.p.{names(name)}", p)
        keep(f"{case}.d.{names(name)}", p.grad)


def loss(case, function, x, t):
    x = x.clone().requires_grad_(True)
    y = function(x, t)
    y.backward()
    keep(f"{case}.x", x)
    keep(f"{case}.t", t if t.is_floating_point() else t.int())
    keep(f"{case}.y", y)
    keep(f"{case}.dx", x.grad)


r = torch.randn
layer("linear", nn.Linear(7, 5), r(3, 4, 7))
layer("conv2d", nn.Conv2d(3, 5, 3, 2, 1), r(2, 3, 9, 8))
layer("conv2d_wide", nn.Conv2d(16, 24, 3, 1, 1), r(2, 16, 9, 7))
layer("conv2d_groups", nn.Conv2d(4, 6, 3, 1, 2, 2, 2), r(2, 4, 8, 8))
layer("conv2d_depthwise", nn.Conv2d(5, 5, 3, 1, 1, groups=5), r(2, 5, 6, 6))
layer("conv1d", nn.Conv1d(3, 4, 5, 2, 2), r(2, 3, 11))
layer("conv_transpose2d", nn.ConvTranspose2d(4, 3, 4, 2, 1), r(2, 4, 5, 6))
layer("max_pool2d", nn.MaxPool2d(3, 2, 1), r(2, 3, 9, 8))
layer("avg_pool2d", nn.AvgPool2d(3, 2, 1), r(2, 3, 9, 8))
layer("upsample2d", nn.Upsample(scale_factor=3), r(2, 3, 4, 5))
layer("batch_norm2d", nn.BatchNorm2d(4), r(3, 4, 5, 5) * 2 + 1)
layer("batch_norm1d", nn.BatchNorm1d(6), r(8, 6) * 2 + 1)
layer("layer_norm", nn.LayerNorm(9), r(4, 3, 9) * 3 - 1)
layer("group_norm", nn.GroupNorm(2, 6), r(3, 6, 4, 4) * 2 + 1)
for name in ("relu", "tanh", "sigmoid", "gelu", "silu", "softplus"):
    layer(name, {"silu": nn.SiLU, "gelu": nn.GELU, "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid,
                 "softplus": nn.Softplus}[name](), r(5, 7) * 3)
layer("gelu_tanh", nn.GELU(approximate="tanh"), r(5, 7) * 3)
layer("leaky_relu", nn.LeakyReLU(0.2), r(5, 7))
layer("softmax", nn.Softmax(-1), r(5, 7) * 4)
layer("embedding", nn.Embedding(11, 6), torch.randint(0, 11, (3, 5)))
for cell in ("RNN", "LSTM", "GRU"):
    layer(cell.lower(), getattr(nn, cell)(4, 6, batch_first=True), r(3, 7, 4), call=lambda m, x: m(x)[0])
    layer(cell.lower() + "_deep", getattr(nn, cell)(4, 5, 2, batch_first=True, bidirectional=True), r(2, 6, 4),
          call=lambda m, x: m(x)[0])


def attention_names(name):
    return name.replace("in_proj_weight", "qkv.weight").replace("in_proj_bias", "qkv.bias").replace("out_proj", "out")


attention = nn.MultiheadAttention(8, 2, batch_first=True)
layer("attention", attention, r(2, 5, 8), attention_names, lambda m, x: m(x, x, x)[0])
attention.zero_grad()
hidden = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1)
layer("attention_causal", attention, r(2, 5, 8), attention_names, lambda m, x: m(x, x, x, attn_mask=hidden)[0])

classes = torch.randint(0, 5, (6,))
loss("cross_entropy", F.cross_entropy, r(6, 5) * 2, classes)
loss("cross_entropy_smooth", lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1), r(6, 5) * 2, classes)
loss("mse", F.mse_loss, r(4, 5), r(4, 5))
loss("mae", F.l1_loss, r(4, 5), r(4, 5))
loss("huber", lambda x, t: F.huber_loss(x, t, delta=1.0), r(4, 5) * 2, r(4, 5))
loss("bce_with_logits", F.binary_cross_entropy_with_logits, r(4, 5) * 2, torch.rand(4, 5))
loss("kl", lambda x, t: F.kl_div(x, t, reduction="batchmean"), r(4, 5).log_softmax(-1), r(4, 5).softmax(-1))
loss("triplet", lambda x, t: F.triplet_margin_loss(x[:, 0], x[:, 1], x[:, 2], eps=0), r(4, 3, 5), torch.zeros(4))
labels = torch.tensor([[1, 2, 2], [3, 1, -1]])
# From logits: PyTorch's gradient for the log-probabilities themselves takes a log_softmax before them for granted.
loss("ctc", lambda x, t: F.ctc_loss(x.log_softmax(-1).transpose(0, 1), t.clamp(min=0), torch.tensor([8, 8]),
                                    torch.tensor([3, 2])), r(2, 8, 4), labels)

# Optimisers: five steps on fixed gradients.
start, steps = r(12), r(5, 12)
keep("optimizers.start", start)
keep("optimizers.gradients", steps)
for name, make in {
        "sgd": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01),
        "nesterov": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
        "rmsprop": lambda p: torch.optim.RMSprop(p, 0.05, momentum=0.5),
        "adam": lambda p: torch.optim.Adam(p, 0.05, weight_decay=0.02),
        "adamw": lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.1)}.items():
    p = start.clone().requires_grad_(True)
    optimizer = make([p])
    for g in steps:
        p.grad = g.clone()
        optimizer.step()
    keep(f"optimizers.{name}", p)

path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "tests", "unit", "nn", "golden_layers.safetensors")
header, body = {}, b""
for name, t in tensors.items():
    raw = bytes(t.flatten().view(torch.uint8).tolist()) if t.numel() and t.dim() else struct.pack("<f", t.item())
    header[name] = {"dtype": "I32" if t.dtype == torch.int32 else "F32", "shape": list(t.shape),
                    "data_offsets": [len(body), len(body) + len(raw)]}
    body += raw
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open(path, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + body)
