#!/bin/sh
# Prints the make fragment with the compile and link flags of the libraries named, found by pkg-config.
# A library that is not there gets -DNO_<NAME> and is left out; the feature it carries says so at run time.
# A folder of GCC's "tree-sitter" style names becomes NO_TREE_SITTER. Usage: scripts/libs.sh NAME…
set -u
cflags= libs=
lua=
for name in lua5.4 lua-5.4 lua54 lua; do
	if pkg-config --exists "$name" 2>/dev/null; then lua=$name; break; fi
done
if [ -z "$lua" ]; then echo "Lua 5.4가 없습니다. make run으로 설치해 주세요." >&2; exit 3; fi
for name in $lua "$@"; do
	if pkg-config --exists "$name" 2>/dev/null; then
		cflags="$cflags $(pkg-config --cflags "$name")"
		libs="$libs $(pkg-config --libs "$name")"
	else
		cflags="$cflags -DNO_$(echo "$name" | sed 's/^lib//' | tr 'a-z-' 'A-Z_')"
	fi
done
echo "PKG_CFLAGS := $cflags"
echo "PKG_LIBS := $libs"
