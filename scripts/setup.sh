#!/bin/sh
# Checks every need of scripts/packages.txt up to a tier and installs what is missing.
# Usage: scripts/setup.sh build|test|bench      (test includes build; bench includes both)
# Exit status: 0 all there; 3 something is missing and could not be installed (one line says what to do).
set -u
cd "$(dirname "$0")/.." || exit 3
tier=${1:-build}
case $tier in
build) tiers="build extra" ;;
test) tiers="build extra test" ;;
bench) tiers="build extra test bench" ;;
*) echo "setup.sh: build|test|bench" >&2; exit 2 ;;
esac

have() {
	case $1 in
	pkg:*)
		command -v pkg-config >/dev/null 2>&1 || return 1
		for name in $(echo "${1#pkg:}" | tr ',' ' '); do
			pkg-config --exists "$name" 2>/dev/null && return 0
		done
		return 1 ;;
	cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
	file:*) [ -e "${1#file:}" ] ;;
	header:*) echo "#include <${1#header:}>" | ${CC:-cc} -E -x c - >/dev/null 2>&1 ;;
	py:*) /usr/bin/python3 -c "import ${1#py:}" >/dev/null 2>&1 ;;
	*) return 1 ;;
	esac
}

manager=none
for m in apt-get dnf pacman brew; do
	if command -v $m >/dev/null 2>&1; then manager=$m; break; fi
done
case $manager in
apt-get) column=3 ;; dnf) column=4 ;; pacman) column=5 ;; brew) column=6 ;; *) column=3 ;;
esac

# Prints the packages that bring what is missing in the tiers named, one line.
missing() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' scripts/packages.txt |
	while IFS= read -r row; do
		row_tier=$(echo "$row" | cut -d'|' -f1 | tr -d ' \t')
		case " $1 " in *" $row_tier "*) ;; *) continue ;; esac
		check=$(echo "$row" | cut -d'|' -f2 | tr -d ' \t')
		have "$check" && continue
		package=$(echo "$row" | cut -d'|' -f$column | sed 's/^[[:space:]]*//;s/[[:space:]]*$//')
		[ "$package" = "-" ] || printf '%s ' "$package"
	done
}

wanted=$(missing "$tiers")
if [ -z "$wanted" ]; then exit 0; fi

case $manager in
apt-get) command_line="apt-get install $wanted" ;;
dnf) command_line="dnf install -y $wanted" ;;
pacman) command_line="pacman -S --needed --noconfirm $wanted" ;;
brew) command_line="brew install $wanted" ;;
*) echo "설치 관리자를 찾지 못했습니다. 다음 꾸러미를 직접 설치해 주세요: $wanted" >&2; exit 3 ;;
esac
if [ $manager != apt-get ]; then
	echo "다음 명령으로 필요한 꾸러미를 설치한 뒤 다시 실행해 주세요: $command_line" >&2
	exit 3
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if command -v sudo >/dev/null 2>&1; then
		as_root=sudo
	else
		echo "관리자 권한이 필요합니다. 관리자에게 이 명령을 부탁해 주세요: $command_line" >&2
		exit 3
	fi
fi
echo "필요한 꾸러미를 설치합니다: $wanted"
log=$(mktemp) || exit 3
trap 'rm -f "$log"' EXIT
apt_install() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $1 >>"$log" 2>&1
}
if ! apt_install "$wanted"; then
	# Package lists may be missing or old on a new machine.
	$as_root apt-get update >>"$log" 2>&1
	# A package of one optional feature that cannot be had must not keep the rest away.
	apt_install "$wanted" || { needed=$(missing "build test bench"); [ -z "$needed" ] || apt_install "$needed"; }
fi
still=
for package in $(missing "build test bench"); do
	case " $wanted " in *" $package "*) still="$still$package " ;; esac
done
if [ -n "$still" ]; then
	reason="꾸러미 목록에 없거나 설치가 중단되었습니다"
	grep -qE 'Temporary failure|Could not resolve|Could not connect|Failed to fetch|Network is unreachable' "$log" &&
		reason="네트워크에 닿지 않습니다"
	grep -qE 'Permission denied|not in the sudoers|password is required|are you root' "$log" &&
		reason="관리자 권한을 얻지 못했습니다"
	grep -qE 'Could not get lock|Unable to acquire' "$log" && reason="다른 설치 프로그램이 돌고 있습니다"
	grep -q 'No space left' "$log" && reason="디스크가 가득 찼습니다"
	echo "설치하지 못했습니다($reason). 직접 하려면: ${as_root:+$as_root }apt-get install ${still% }" >&2
	exit 3
fi
extra=$(missing extra)
[ -z "$extra" ] || echo "알림: 선택 기능에 쓰는 꾸러미가 없습니다: $extra(없어도 시작됩니다)" >&2
exit 0
