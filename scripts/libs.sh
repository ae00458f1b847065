#!/bin/sh
# Prints the make fragment with the compile and link flags of the libraries named, found by pkg-config. Those before
# "--" are needed. One of the others that is not there gets -DNO_<NAME> ("tree-sitter" gives NO_TREE_SITTER) and stands
# in ABSENT; the feature it carries says so at run time. tree-sitter counts only with the grammars in the folder named
# first. MUNDAP_WITHOUT="libcurl …" leaves optional libraries out that are there.
# Usage: scripts/libs.sh GRAMMAR_DIR NEEDED… -- OPTIONAL…
set -u
grammar_dir=$1; shift
grammars=
for g in python yaml lua; do
	[ -f "$grammar_dir/$g/parser.c" ] && grammars="$grammars $g"
done
lua=lua5.4
for name in lua5.4 lua-5.4 lua54 lua; do
	if pkg-config --exists "$name" 2>/dev/null; then lua=$name; break; fi
done
cflags= libs= absent= needed=yes
for name in $lua "$@"; do
	if [ "$name" = -- ]; then needed=no; continue; fi
	there=yes
	pkg-config --exists "$name" 2>/dev/null || there=no
	if [ $needed = yes ] && [ $there = no ]; then
		echo "$name 라이브러리가 없습니다. make run으로 설치해 주세요." >&2
		exit 3
	fi
	if [ $needed = no ]; then
		case " ${MUNDAP_WITHOUT:-} " in *" $name "*) there=no ;; esac
		[ "$name" = tree-sitter ] && [ "$grammars" != " python yaml lua" ] && there=no
	fi
	if [ $there = yes ]; then
		cflags="$cflags $(pkg-config --cflags "$name")"
		libs="$libs $(pkg-config --libs "$name")"
	else
		absent="$absent $name"
		cflags="$cflags -DNO_$(echo "$name" | sed 's/^lib//' | tr 'a-z-' 'A-Z_')"
	fi
done
echo "PKG_CFLAGS :=$cflags"
echo "PKG_LIBS :=$libs"
echo "ABSENT :=$absent"
case " $absent " in *" tree-sitter "*) ;; *) echo "GRAMMARS :=$grammars" ;; esac
