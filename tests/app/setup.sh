#!/bin/sh
# scripts/setup.sh on machines we have not got: each package manager's command in one line, none at all, no privilege. The
# managers are programs that do nothing; everything else it may call is linked into a folder that is the whole PATH.
set -u
cd "$(dirname "$0")/../.." || exit 3
scratch=$(mktemp -d) || exit 3
trap 'rm -rf "$scratch"' EXIT
failed=0

machine() { # package manager, or - for none; user number
	rm -rf "$scratch/bin"
	mkdir "$scratch/bin"
	for tool in sh sed cut tr grep mktemp rm env dirname; do ln -s "$(command -v $tool)" "$scratch/bin/$tool"; done
	printf '#!/bin/sh\necho %s\n' "$2" >"$scratch/bin/id"
	[ "$1" = - ] || printf '#!/bin/sh\necho "$@" >>%s\n' "$scratch/called" >"$scratch/bin/$1"
	chmod +x "$scratch"/bin/id "$scratch/bin/$1" 2>/dev/null
}
tells() { # what the one line must hold
	: >"$scratch/called"
	PATH=$scratch/bin "$scratch/bin/sh" scripts/setup.sh build >"$scratch/out" 2>&1; got=$?
	if [ $got != 3 ] || [ "$(wc -l <"$scratch/out")" != 1 ] || ! grep -qF "$1" "$scratch/out" || [ -s "$scratch/called" ]; then
		echo "wanted exit 3 and one line with '$1', nothing run; got $got:"; cat "$scratch/out" "$scratch/called"
		failed=1
	fi
}

machine dnf 1000; tells "dnf install -y gcc glibc-devel pkgconf-pkg-config ncurses-devel"
machine pacman 1000; tells "pacman -S --needed --noconfirm gcc pkgconf ncurses"
machine brew 501; tells "brew install gcc pkg-config ncurses"
machine - 1000; tells "gcc libc6-dev pkg-config libncurses-dev"
machine apt-get 1000; tells "apt-get install gcc libc6-dev pkg-config libncurses-dev"
exit $failed
