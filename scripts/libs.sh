#!/bin/sh
# Prints the make fragment with the compile and link flags of the libraries named, found by pkg-config.
# A library that is not there gets -DNO_<NAME> ("tree-sitter" gives NO_TREE_SITTER) and is left out; the feature it
# carries says so at run time. tree-sitter counts only with the grammars in the folder named first.
# MUNDAP_WITHOUT="libcurl …" leaves libraries out that are there. Usage: scripts/libs.sh GRAMMAR_DIR NAME…
set -u
grammar_dir=$1; shift
grammars=
for g in python yaml lua; do
	[ -f "$grammar_dir/$g/parser.c" ] && grammars="$grammars $g"
done
cflags= libs=
lua=
for name in lua5.4 lua-5.4 lua54 lua; do
	if pkg-config --exists "$name" 2>/dev/null; then lua=$name; break; fi
done
if [ -z "$lua" ]; then echo "Lua 5.4가 없습니다. make run으로 설치해 주세요." >&2; exit 3; fi
for name in $lua "$@"; do
	without=no
	case " ${MUNDAP_WITHOUT:-} " in *" $name "*) without=yes ;; esac
	[ "$name" = tree-sitter ] && [ "$grammars" != " python yaml lua" ] && without=yes
	if [ $without = no ] && pkg-config --exists "$name" 2>/dev/null; then
		[ "$name" = tree-sitter ] && echo "GRAMMARS :=$grammars"
		cflags="$cflags $(pkg-config --cflags "$name")"
		libs="$libs $(pkg-config --libs "$name")"
	else
		cflags="$cflags -DNO_$(echo "$name" | sed 's/^lib//' | tr 'a-z-' 'A-Z_')"
	fi
done
echo "PKG_CFLAGS := $cflags"
echo "PKG_LIBS := $libs"
