#!/bin/sh
# Serving, ours beside FastAPI and uvicorn (Debian: python3-fastapi python3-uvicorn python3-numpy), in turn: the same logistic
# model, the same load maker. Prints answers a second with 8 connections always busy, and p99 at an equal open load.
# Usage: scripts/bench_serve.sh [ROUNDS] [SECONDS]
set -u
cd "$(dirname "$0")/.." || exit 3
rounds=${1:-2} seconds=${2:-4}
for module in fastapi uvicorn numpy; do
	/usr/bin/python3 -c "import $module" 2>/dev/null || { echo "python3-$module is not installed"; exit 77; }
done
mundap=${MUNDAP:-$PWD/mundap}
scratch=$(mktemp -d) || exit 3
pids=
trap 'for p in $pids; do kill $p 2>/dev/null; done; rm -rf "$scratch"' EXIT
cat >"$scratch/train.lua" <<'LUA'
local T, ml, mlops = require "tensor", require "ml", require "mlops"
T.seed(1)
local x = T.randn(2000, 30)
local y = (x:select(2, 1) + x:select(2, 2) * 2 + T.randn(2000) * 0.5):gt(0):to("i32")
local model = ml.logistic(x, y)
mlops.save("bench", model)
print(mlops.encode(model:learned()))
print(mlops.encode { features = x[1]:totable() })
LUA
MUNDAP_HOME=$scratch/home "$mundap" run "$scratch/train.lua" --artifacts "$scratch" 2>/dev/null >"$scratch/said"
grep '"coefficients"' "$scratch/said" >"$scratch/model.json"
grep '"features"' "$scratch/said" >"$scratch/body.json"
cat >"$scratch/app.py" <<'PY'
import json
from typing import List
import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel, conlist

model = json.load(open("model.json"))
w, b = np.array(model["coefficients"][0]), model["intercepts"][0]
app = FastAPI()


class Request(BaseModel):
    features: conlist(float, min_items=30, max_items=30)


@app.post("/predict")
async def predict(request: Request):
    p = 1 / (1 + np.exp(-(np.array(request.features) @ w + b)))
    return {"predictions": [int(p > 0.5)], "scores": [[float(1 - p), float(p)]]}
PY
free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
ours=$(free_port)
"$mundap" serve "$scratch/bench.safetensors" --port "$ours" --log none >/dev/null & pids="$pids $!"
theirs=$(free_port)
(cd "$scratch" && exec /usr/bin/python3 -m uvicorn app:app --port "$theirs" --log-level error --no-access-log) & pids="$pids $!"
for port in $ours $theirs; do
	for _ in $(seq 100); do
		"$mundap" load "$port" --body "$scratch/body.json" --requests 5 --connections 1 >/dev/null 2>&1 && break
		sleep 0.1
	done
done
number() { sed -n "s/.*\"$1\": \\([0-9.e-]*\\).*/\\1/p" | head -n 1; }
measure() { # port: answers a second
	"$mundap" load "$1" --body "$scratch/body.json" --seconds "$seconds" --connections 8 --format json | number per_second
}
tail_of() { # port rate: p99 in ms
	"$mundap" load "$1" --body "$scratch/body.json" --seconds "$seconds" --connections 32 --shape poisson --rate "$2" --format json | number p99
}
for round in $(seq "$rounds"); do
	a=$(measure "$ours") b=$(measure "$theirs")
	rate=$(awk "BEGIN { printf \"%.0f\", $b * 0.5 }")
	pa=$(tail_of "$ours" "$rate") pb=$(tail_of "$theirs" "$rate")
	awk "BEGIN { printf \"mundap %.0f/s, FastAPI+uvicorn %.0f/s, ratio %.1f; p99 at %s/s: %.2f ms and %.2f ms\\n\", $a, $b, $a / $b, \"$rate\", $pa, $pb }"
done
