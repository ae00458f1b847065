#!/bin/sh
# Fetches the tree-sitter grammars of scripts/grammars.txt (never committed) into the folder named, each as
# DIR/NAME/{parser.c,scanner.c,tree_sitter/…}, after checking the tarball's hash. A cache outside the tree keeps
# them over `make clean`. Usage: scripts/grammars.sh DIR
# Exit status 3, after one line that says why, when they cannot be had.
set -eu
cd "$(dirname "$0")/.."
out=$1
cache=${MUNDAP_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/mundap}/grammars
mkdir -p "$cache" "$out"
sed -e '/^#/d' -e '/^[[:space:]]*$/d' scripts/grammars.txt |
while IFS='|' read -r name package hash files; do
	name=$(echo $name) package=$(echo $package) hash=$(echo $hash)
	tarball=$cache/$name-$(echo "$hash" | cut -c1-16).tgz
	matches() { [ -f "$tarball" ] && [ "$(sha512sum "$tarball" | cut -d' ' -f1)" = "$hash" ]; }
	if ! matches; then
		work=$(mktemp -d)
		if ! (cd "$work" && npm pack "$package" --no-update-notifier --fetch-retries=1 \
			--fetch-retry-mintimeout=1000 --fetch-timeout=30000 >/dev/null 2>npm.log); then
			reason=$(sed -n 's/^npm \(ERR!\|error\) code //p' "$work/npm.log" 2>/dev/null | head -n 1)
			echo "문법 꾸러미 $package: npm으로 받지 못했습니다(${reason:-npm 없음})." \
				"코드 검토 없이 짓습니다. 네트워크가 되면 make grammars && make 를 실행해 주세요." >&2
			rm -rf "$work"; exit 3
		fi
		mv "$work"/*.tgz "$tarball.part"; rm -rf "$work"
		mv "$tarball.part" "$tarball"
		if ! matches; then
			rm -f "$tarball"
			echo "문법 꾸러미 $package 의 해시가 scripts/grammars.txt와 다릅니다. 쓰지 않았습니다." >&2; exit 3
		fi
	fi
	rm -rf "$out/$name.part" && mkdir -p "$out/$name.part"
	tar xzf "$tarball" -C "$out/$name.part" --strip-components=2 package/src
	rm -rf "${out:?}/$name" && mv "$out/$name.part" "$out/$name"
done
