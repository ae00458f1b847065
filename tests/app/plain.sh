#!/bin/sh
# asan: yes
# Every part of the program by numbered choices and lines, without a screen.
here=$(cd "$(dirname "$0")/../fixtures/play" && pwd)
MUNDAP_SHARE=$here
export MUNDAP_SHARE
failed=0

# says "what" "wanted" "input…": the answer to the lines holds the text
says() {
	what=$1
	wanted=$2
	shift 2
	out=$(printf '%s\n' "$@" | "$MUNDAP" --plain 2>&1) || true
	case $out in
	*"$wanted"*) ;;
	*)
		echo "FAILED: $what: no \"$wanted\" in:"
		echo "$out"
		failed=1
		;;
	esac
}

says "the home lists everything" "11. 도움말" q
says "a lesson by its number" "왜 더할까요" 1 1 q
says "reviews" "지금 복습할 것이 없어요" 2 q
says "code review" "app.py" 3 "$here/app.py" "" q
says "search finds and opens" "[1/5] 왜 더할까요" 4 모으는 1 q
says "initials are found" "더하기(addition)" 5 ㄷㅎㄱ "" q
says "a note is written" "저장" 6 + "여기 다시 보기" "" q
says "a note is listed" "여기 다시 보기" 6 "" q
says "a note is deleted" "아직 메모가 없어요" 6 -1 "" q
says "runs" "아직 실행한 것이 없어요" 7 q
says "statistics" "연습 과정" 8 q
says "the road asks" "네 가지를" 9 0 q
says "settings are kept" "읽기만: 켬" 10 2 "" q
says "settings stay" "읽기만: 켬" 10 2 2 "" q
says "help" "CP-AI-05" 11 q
says "a second time it is short" "(목록은 ?)" 11 q
says "and long when asked" "10. 설정" 11 "?" q
says "a figure is told" "사과가" 1 1 1 3 "" q
says "a lab's goal has no signs of Markdown" "add(a, b)를 돌려주세요" 1 1 0 1 1 1 1 1 1 q

goal=$("$MUNDAP" lab Lab-AI-01)
case $goal in
*'`'*)
	echo "FAILED: mundap lab prints Markdown as it is: $goal"
	failed=1
	;;
*'add(a, b)를 돌려주세요'*) ;;
*)
	echo "FAILED: mundap lab: $goal"
	failed=1
	;;
esac
exit $failed
