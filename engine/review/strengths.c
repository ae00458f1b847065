#include "engine/review/rules.h"

#include <stdio.h>
#include <string.h>

/* Praise that names a construct which is in the code, with its line. */

static void praise(struct judge *j, int32_t node, const char *ko, const char *en)
{
	report_strength(j->r, j->source, j->py->tree->nodes[node].start, ko, en);
}

static void praise_calls(struct judge *j)
{
	static const struct {
		const char *callees, *ko, *en;
	} rows[] = {
		{"torch.no_grad|torch.inference_mode",
		 "예측할 때 기울기 추적을 꺼서 메모리를 아꼈어요.",
		 "Gradients are off while predicting."},
		{"*run_in_executor|asyncio.to_thread|*run_in_threadpool",
		 "무거운 예측을 스레드로 보내 이벤트 루프를 비워 두었어요.",
		 "Heavy work leaves the event loop free."},
		{"*secure_filename", "올라온 파일 이름을 그대로 믿지 않고 다듬어 써요.",
		 "Uploaded file names are cleaned."},
		{"prometheus_client.Counter|prometheus_client.Histogram|*Instrumentator",
		 "메트릭을 직접 정의해 두었어요.", "Metrics are defined."},
		{"logging.basicConfig|logging.getLogger|structlog.get_logger",
		 "`print` 대신 logging을 마련해 두었어요.", "Logging is set up."},
		{"os.environ.get|os.getenv", "설정 값을 환경 변수에서 읽어요.",
		 "Settings come from the environment."},
		{"hashlib.sha256", "파일의 해시를 확인해요.", "A hash is checked."},
		{"isinstance", "입력의 타입을 직접 확인해요.", "Types of the input are checked."},
	};
	struct py *py = j->py;
	for (int32_t c = 0; c < py->call_count; c++) {
		const char *callee = py_callee(py, py->calls[c]);
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			if (name_is(callee, rows[i].callees)) {
				praise(j, py->calls[c], rows[i].ko, rows[i].en);
			}
		}
		int32_t f = py_function_of(py, py->calls[c]);
		if (fact_loads_model(py, py->calls[c]) && py->in_service &&
		    (f < 0 || (py->functions[f].at_startup && !py->functions[f].in_request)) &&
		    !py_under_main(py, py->calls[c])) {
			praise(j, py->calls[c],
			       "모델을 요청마다가 아니라 시작할 때 한 번만 불러와요.",
			       "The model is loaded once at start, not for every request.");
		}
		if (fact_loads_model(py, py->calls[c]) &&
		    py_try_around(py, py->calls[c]) != SYNTAX_NO_NODE) {
			praise(j, py->calls[c], "모델을 불러오다 실패하는 경우를 생각해 두었어요.",
			       "A failure to load the model is considered.");
		}
		if (name_is(callee, "open") && inside_with(py, py->calls[c], "open()")) {
			praise(j, py->calls[c], "파일을 `with`로 열어 반드시 닫히게 했어요.",
			       "Files are opened with `with`.");
		}
		if (fact_outbound(callee) &&
		    py_argument(py, py->calls[c], -1, "timeout") != SYNTAX_NO_NODE) {
			praise(j, py->calls[c], "바깥 호출에 시간 제한을 두었어요.",
			       "Outbound calls have a timeout.");
		}
	}
}

static void praise_functions(struct judge *j)
{
	struct py *py = j->py;
	char ko[300], en[300];
	for (int32_t i = 0; i < py->function_count; i++) {
		const struct py_function *f = &py->functions[i];
		if (f->framework == FRAMEWORK_NONE) {
			if (f->is_lifespan) {
				praise(j, f->outer, "시작과 종료를 lifespan으로 나누어 다뤄요.",
				       "Start and end are handled by a lifespan.");
			}
			continue;
		}
		if (text_has_any(f->route, "health|ready|ping|live")) {
			snprintf(ko, sizeof ko, "상태를 물어볼 수 있는 `%s` 경로가 있어요.",
				 f->route);
			snprintf(en, sizeof en, "There is a `%s` route to ask for the state.",
				 f->route);
			praise(j, f->outer, ko, en);
		} else if (is_predict_handler(f) && *f->route && strlen(f->route) < 100) {
			snprintf(ko, sizeof ko,
				 "예측을 `%s` 경로 하나로 나누어 두어 부르는 쪽이 이해하기 쉬워요.",
				 f->route);
			snprintf(en, sizeof en, "Prediction has a route of its own, `%s`.",
				 f->route);
			praise(j, f->outer, ko, en);
		}
		PY_EACH_INSIDE(py->tree, f->body, n)
		{
			if (py->tree->nodes[n].kind == SYN_CALL && fact_infers(py, n) &&
			    py_try_around(py, n) != SYNTAX_NO_NODE) {
				praise(j, n, "예측이 실패하는 경우를 try로 다뤄요.",
				       "A failing prediction is handled.");
				break;
			}
		}
	}
}

void strengths_python(struct judge *j)
{
	struct py *py = j->py;
	praise_calls(j);
	praise_functions(j);
	for (int32_t c = 0; c < py->class_count; c++) {
		if (fact_derives(py, c,
				 "pydantic.BaseModel|*.BaseModel|BaseModel|marshmallow.Schema")) {
			char ko[200], en[200];
			snprintf(ko, sizeof ko,
				 "요청과 응답의 모양을 `%.60s` 모델로 적어 두었어요.",
				 py->classes[c].name);
			snprintf(en, sizeof en, "The shape of data is declared by `%.60s`.",
				 py->classes[c].name);
			praise(j, py->classes[c].outer, ko, en);
			break;
		}
	}
	for (int32_t f = 0; f < py->function_count; f++) {
		if (strncmp(py->functions[f].name, "test_", 5) == 0) {
			praise(j, py->functions[f].outer, "테스트가 함께 있어요.",
			       "There are tests.");
			break;
		}
	}
}
