#ifndef MUNDAP_TUI_REQUEST_H
#define MUNDAP_TUI_REQUEST_H

/* Everything a key can ask for. One list makes the enum, the names for config.lua and the palette, the words in
 * the row of hints and the help: X(NAME, "name", "짧은 말", "도움말", "help in English"). */
#define REQUESTS(X) \
	X(QUIT, "quit", "나가기", "프로그램을 마칩니다. 한 일은 이미 저장되어 있어요.", "Quit") \
	X(BACK, "back", "뒤로", "방금 보던 곳으로 돌아갑니다.", "Back") \
	X(FORWARD, "forward", "앞으로", "되돌아온 곳에서 다시 앞으로 갑니다.", "Forward") \
	X(OPEN, "open", "열기", "고른 것을 엽니다.", "Open") \
	X(GO_ON, "go-on", "다음", "이 단계를 마치고 다음으로 가거나, 단계가 여는 화면을 엽니다.", \
	  "Go on") \
	X(NEXT, "next", "다음", "다음 단계로 갑니다.", "Next step") \
	X(PREVIOUS, "previous", "이전", "이전 단계로 갑니다.", "Previous step") \
	X(UP, "up", "위", "한 줄 위로 갑니다.", "Up") \
	X(DOWN, "down", "아래", "한 줄 아래로 갑니다.", "Down") \
	X(PAGE_UP, "page-up", "쪽 위", "한 쪽 위로 갑니다.", "Page up") \
	X(PAGE_DOWN, "page-down", "쪽 아래", "한 쪽 아래로 갑니다.", "Page down") \
	X(TOP, "top", "처음", "맨 처음으로 갑니다.", "Top") \
	X(BOTTOM, "bottom", "끝", "맨 끝으로 갑니다.", "Bottom") \
	X(HOME, "home", "오늘", "오늘 화면으로 갑니다.", "Today") \
	X(MAP, "map", "과정 지도", "모든 과정과 강의를 봅니다.", "Course map") \
	X(REVIEWS, "reviews", "복습", "복습할 것을 하나씩 꺼냅니다.", "Reviews") \
	X(SEARCH, "search", "찾기", "강의와 용어, 메모에서 찾습니다. 초성도 돼요.", "Search") \
	X(PALETTE, "palette", "명령", "이름이나 키로 명령을 찾아 실행합니다.", "Commands") \
	X(HELP, "help", "도움말", "이 화면에서 쓰는 키를 봅니다.", "Help") \
	X(GLOSSARY, "glossary", "용어", "용어집을 엽니다.", "Glossary") \
	X(NOTES, "notes", "메모", "이 자리에 메모를 남기거나 읽습니다.", "Notes") \
	X(STATISTICS, "statistics", "통계", "얼마나 배웠는지 봅니다.", "Statistics") \
	X(SETTINGS, "settings", "설정", "화면과 키, 학습 목표를 바꿉니다.", "Settings") \
	X(ROAD, "road", "나의 길", "첫 만남의 질문에 답하고, 나에게 맞는 순서를 봅니다.", \
	  "My road") \
	X(CODE_REVIEW, "code-review", "코드 리뷰", "내 코드를 선생님께 보여 줍니다.", \
	  "Code review") \
	X(EXPERIMENTS, "experiments", "실행 기록", "지난 실행을 나란히 봅니다.", "Experiments") \
	X(RUNNING, "running", "도는 실습", "뒤에서 돌고 있거나 방금 끝난 실습으로 갑니다.", \
	  "The lab that runs") \
	X(SUSPEND, "suspend", "잠시 멈춤", "셸로 나갔다가 fg로 돌아옵니다.", "Suspend") \
	X(REDRAW, "redraw", "다시 그리기", "화면을 처음부터 다시 그립니다.", "Redraw") \
	X(HANGUL, "hangul", "한/영", "내장 한글 입력을 바꿉니다(끔, 두벌식, 세벌식).", \
	  "Hangul input") \
	X(HINT, "hint", "힌트", "한 단계 더 좁힌 힌트를 받습니다.", "Hint") \
	X(EXPERIMENT, "experiment", "실험으로 확인", "이 물음을 확인해 볼 실험으로 갑니다.", \
	  "Try it") \
	X(SEND, "send", "보내기", "답을 보냅니다.", "Send") \
	X(READ_ONLY, "read-only", "읽기만", "질문 없이 읽습니다. 다시 누르면 질문이 돌아와요.", \
	  "Reading mode") \
	X(FIND, "find", "글에서 찾기", "보고 있는 글에서 낱말이나 초성을 찾습니다.", \
	  "Find in the page") \
	X(MARK, "mark", "밑줄", "문장을 골라 밑줄을 긋거나 메모를 붙입니다.", "Underline") \
	X(BOOKMARK, "bookmark", "책갈피", "이 자리에 책갈피를 꽂거나 뺍니다.", "Bookmark") \
	X(RUN, "run", "실행", "지금 코드를 실행합니다.", "Run") \
	X(CHECK, "check", "검사", "과제를 풀었는지 검사합니다.", "Check") \
	X(PAUSE, "pause", "멈춤", "실행을 잠시 멈추거나 이어서 합니다.", "Pause") \
	X(STOP, "stop", "중지", "실행을 끝냅니다. 받은 결과는 남아요.", "Stop") \
	X(PANE, "pane", "창", "다음 창으로 옮겨 갑니다.", "Next pane") \
	X(PANE_BACK, "pane-back", "앞 창", "이전 창으로 옮겨 갑니다.", "Previous pane") \
	X(ZOOM, "zoom", "크게", "지금 창을 화면 가득 키우거나 되돌립니다.", "Zoom") \
	X(VALUES, "values", "정확한 값", "그림에 담긴 값을 그대로 봅니다.", "Exact values") \
	X(PICTURE, "picture", "다음 그림", "다음 그림을 봅니다.", "Next picture") \
	X(LOG_SCALE, "log-scale", "로그 눈금", "세로축을 10의 거듭제곱 눈금으로 바꿉니다.", \
	  "Log scale") \
	X(SMOOTH, "smooth", "매끄럽게", "선을 이웃의 평균으로 매끄럽게 합니다(세 단계).", \
	  "Smooth") \
	X(OVERLAY, "overlay", "이전 실행", "바로 앞 실행의 선을 겹쳐 봅니다.", "Run before") \
	X(INSPECT, "inspect", "모델 보기", "이 파일이 돌려주는 모델의 층과 필터, 출력을 봅니다.", \
	  "Look into the models") \
	X(REPLAY, "replay", "되감기", "지난 실행을 처음부터 다시 봅니다.", "Replay") \
	X(PLAY, "play", "재생", "재생하거나 멈춥니다.", "Play") \
	X(STEP_BACK, "step-back", "앞 걸음", "한 걸음 앞으로 되돌립니다.", "Step back") \
	X(STEP, "step", "다음 걸음", "한 걸음 나아갑니다.", "Step") \
	X(EXTERNAL, "external", "밖의 편집기", "$EDITOR로 엽니다. 저장할 때마다 검사해요.", \
	  "External editor") \
	X(RESET, "reset", "처음으로", "처음 파일로 되돌립니다. 지금 것은 따로 남겨 둬요.", \
	  "Start over") \
	X(UNDO, "undo", "되돌리기", "마지막 편집을 되돌립니다.", "Undo") \
	X(REDO, "redo", "다시 하기", "되돌린 편집을 다시 합니다.", "Redo") \
	X(CUT, "cut", "잘라내기", "고른 글을 잘라냅니다.", "Cut") \
	X(COPY, "copy", "복사", "고른 글을 복사합니다.", "Copy") \
	X(PASTE, "paste", "붙여넣기", "복사한 글을 붙여 넣습니다.", "Paste") \
	X(SELECT_ALL, "select-all", "모두 고르기", "글 전체를 고릅니다.", "Select all") \
	X(SAVE, "save", "저장", "저장합니다.", "Save") \
	X(DELETE, "delete", "지우기", "고른 것을 지웁니다.", "Delete") \
	X(CHANGE, "change", "바꾸기", "고른 설정을 다음 값으로 바꿉니다.", "Change") \
	X(ANSWER, "answer", "답하기", "고른 질문에 답해 봅니다.", "Answer") \
	X(COMPARE, "compare", "견주기", "지난 제출과 견주어 나아진 것을 봅니다.", "Compare") \
	X(SUBMIT, "submit", "다시 제출", "고친 코드를 다시 읽습니다.", "Submit again") \
	X(LIVE, "live", "실행 검증", "서비스를 실제로 띄워 확인합니다.", "Probe for real") \
	X(SKELETON, "skeleton", "다음 단계", "스스로 채울 TODO 뼈대를 봅니다.", "Skeleton")

enum request {
	REQUEST_NONE,
#define X(name, word, label, help, english) REQUEST_##name,
	REQUESTS(X)
#undef X
		REQUEST_COUNT
};

/** As in config.lua and the palette ("page-down"). */
const char *request_name(enum request request);
/** A word or two for the row of hints, in the language chosen. */
const char *request_label(enum request request);
/** A sentence for the help, in the language chosen. */
const char *request_help(enum request request);
/** The same in English whatever the language: for finding it. */
const char *request_english(enum request request);
/** By name; REQUEST_NONE when there is none. */
enum request request_find(const char *name);

#endif
