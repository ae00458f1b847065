#!/bin/sh
# mundap serve and Prometheus: its checker accepts the exposition without a remark, and a real Prometheus scrapes it.
set -u
cd "$(dirname "$0")/../.." || exit 3
for tool in promtool prometheus curl; do
	command -v $tool >/dev/null || { echo "$tool is not installed (Debian: prometheus, curl)"; exit 77; }
done
scratch=$(mktemp -d) || exit 3
pids=
trap 'for p in $pids; do kill -9 $p 2>/dev/null; done; rm -rf "$scratch"' EXIT
failed=0
complain() { echo "serve_prometheus.sh: $*"; failed=1; }

cat >"$scratch/train.lua" <<'LUA'
local ml, mlops, data = require "ml", require "mlops", require "data"
local iris = data.iris {}
mlops.save("iris", ml.logistic(iris.features, iris.labels))
LUA
"$MUNDAP" run "$scratch/train.lua" --artifacts "$scratch" >/dev/null 2>&1 || { complain "no model"; exit 1; }
"$MUNDAP" serve "$scratch/iris.safetensors" --port 0 --format json --log none >"$scratch/out" &
serve=$!; pids="$serve"
for _ in $(seq 100); do [ -s "$scratch/out" ] && break; sleep 0.05; done
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' "$scratch/out")
url=http://127.0.0.1:$port
for body in '{"features":[5.1,3.5,1.4,0.2]}' '{"features":[1]}' 'x'; do
	curl -s -H 'Content-Type: application/json' -d "$body" "$url/predict" >/dev/null
done
curl -s "$url/nowhere" >/dev/null
said=$(curl -s "$url/metrics" | promtool check metrics 2>&1) || complain "promtool refuses the metrics"
[ -z "$said" ] || complain "promtool remarks: $said"

# A Prometheus of our own, on a free port, that asks every 200 ms.
free=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$scratch/prometheus.yml" <<YML
global: { scrape_interval: 200ms, scrape_timeout: 200ms }
scrape_configs: [ { job_name: mundap, static_configs: [ { targets: [ "127.0.0.1:$port" ] } ] } ]
YML
prometheus --config.file="$scratch/prometheus.yml" --storage.tsdb.path="$scratch/tsdb" \
	--web.listen-address="127.0.0.1:$free" --log.level=error >"$scratch/prometheus.log" 2>&1 &
pids="$pids $!"
for _ in $(seq 60); do
	answer=$(curl -s --get "http://127.0.0.1:$free/api/v1/query" --data-urlencode 'query=mundap_requests_total{route="/predict",code="200"}')
	case $answer in *'"value"'*) break ;; esac
	sleep 0.25
done
case $answer in *'"1"]'*) ;; *) cat "$scratch/prometheus.log"; complain "Prometheus did not scrape the count: $answer" ;; esac
kill -TERM "$serve"; wait "$serve" || complain "the server ended with $?"
exit $failed
