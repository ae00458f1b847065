#!/usr/bin/env python3
"""Runs `mundap bench` and its PyTorch peer in turn (A B A B …) and prints time of PyTorch divided by ours.

The peer is tuned: OpenBLAS with OpenMP threads where Debian has it, one thread count for all pools, freed memory kept.
--stock measures it as installed instead. Both must have the same number of parameters, and from the same weights and
batch the same losses: 1e-4 relative after one step, 1e-2 after fifty.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

NAMES = ("mlp cnn rnn lstm gru dcgan ddpm gpt gpt-decode lstm-gen cnn-infer1 mlp-infer1 cnn-infer64 mlp-infer64 "
         "lstm-infer1 gpt-infer1 ddim cnn-epoch").split()
TARGETS = {1: dict(mlp=1.7, cnn=2.2, rnn=1.35, lstm=1.35, gru=1.4, dcgan=1.4, ddpm=1.3, gpt=1.5, ddim=1.3),
           2: dict(mlp=2.2, cnn=2.5, rnn=1.6, lstm=1.7, gru=1.7, dcgan=1.7, ddpm=1.3, gpt=1.75, ddim=1.3)}
for threads, epoch in ((1, 2.0), (2, 2.2)):
    TARGETS[threads].update({"gpt-decode": 5, "cnn-infer1": 3, "mlp-infer1": 3, "cnn-epoch": epoch})
UNTRAINED = ("decode", "gen", "infer", "ddim", "epoch")

parser = argparse.ArgumentParser()
parser.add_argument("names", nargs="*")
parser.add_argument("--threads", default="1 2")
parser.add_argument("--seconds", type=float, default=5)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--losses", type=int, default=50)
parser.add_argument("--stock", action="store_true")
parser.add_argument("--mundap", default=os.environ.get("MUNDAP", "./mundap"))
args = parser.parse_args()
here = os.path.dirname(os.path.abspath(__file__))


def peer_environment(threads):
    env = dict(os.environ)
    if not args.stock:
        folder = "/usr/lib/x86_64-linux-gnu/openblas-openmp"
        if os.path.isdir(folder):
            env["LD_LIBRARY_PATH"] = folder
        env.update(OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads),
                   MALLOC_TRIM_THRESHOLD_="2000000000", MALLOC_MMAP_THRESHOLD_="2000000000")
    return env


def run(command, env=None):
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1] if env else done.stdout)


def ours(name, threads, seconds, *more):
    return run([args.mundap, "bench", name, "--threads", str(threads), "--seconds", str(seconds),
                "--format", "json", *more])["results"][0]


def theirs(name, weights, threads, seconds, losses=0):
    return run([sys.executable, f"{here}/bench_torch.py", name, weights, "--threads", str(threads),
                "--seconds", str(seconds), "--losses", str(losses)], peer_environment(threads))


def agreement(name, weights):
    """Same work? Returns what is wrong, or ''."""
    trains = not any(word in name for word in UNTRAINED)
    losses = args.losses if trains and name != "ddpm" else 3 if trains else 0
    a = ours(name, 2, 0, "--export", weights, "--losses", str(losses))
    b = theirs(name, weights, 2, 0, losses)
    if a["params"] != b["params"]:
        return f"{a['params']} parameters against {b['params']}"
    for k, limit in ((0, 1e-4), (losses - 1, 1e-2)):
        if losses and abs(a["losses"][k] - b["losses"][k]) > limit * abs(b["losses"][k]):
            return f"loss {k + 1}: {a['losses'][k]} against {b['losses'][k]}"
    return ""


def main():
    names = args.names or NAMES
    failed = False
    print(f"{'':14} {'T':>2} {'ours ms':>10} {'peer ms':>10} {'ratio':>7} {'target':>7}  same work")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            weights = os.path.join(folder, name + ".safetensors")
            problem = agreement(name, weights)
            failed |= bool(problem)
            for threads in map(int, args.threads.split()):
                mine, peer = [], []
                seconds = args.seconds if name != "cnn-epoch" else 0.1
                for _ in range(args.rounds if name != "cnn-epoch" else 1):
                    mine.append(ours(name, threads, seconds)["ms_per_step"]["median"])
                    peer.append(theirs(name, weights, threads, seconds)["ms_per_step"]["median"])
                a, b = statistics.median(mine), statistics.median(peer)
                target = TARGETS.get(threads, {}).get(name, "")
                print(f"{name:14} {threads:2} {a:10.3f} {b:10.3f} {b / a:7.2f} {target!s:>7}  "
                      f"{problem or 'yes'}", flush=True)
    return 1 if failed else 0


sys.exit(main())
