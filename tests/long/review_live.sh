#!/bin/sh
# Eight services, each bad and mended, told apart every time: ROUNDS rounds (20 for a release).
set -eu
/usr/bin/python3 -c 'import flask, fastapi, uvicorn, aiohttp, numpy' 2>/dev/null || exit 77
round=0
while [ $round -lt "${ROUNDS:-3}" ]; do
	SERVICES="flask fastapi aiohttp http" sh "$(dirname "$0")/../app/review_live.sh"
	round=$((round + 1))
done
