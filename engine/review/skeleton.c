#include "engine/review/voice.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/base/strbuf.h"

/* A skeleton says where the next step goes and never how: signatures, metric declarations and numbered TODOs that
 * answer the findings. Every body raises NotImplementedError, so that it parses and does nothing. */

enum place { AT_TOP, AT_LOAD, AT_PREDICT, AT_HEALTH, AT_RUN, PLACE_COUNT };

static const struct {
	enum place place;
	const char *rules; /* any of them asks for this step; "" always */
	const char *ko, *en;
} steps[] = {
	{AT_TOP, "hardcoded-secret|debug-server|cors-wildcard",
	 "비밀 값과 디버그 여부, 허용 출처는 어디에서 읽어 오면 좋을까요?",
	 "where do secrets, debug mode and allowed origins come from?"},
	{AT_TOP, "no-structured-logging|print-logging|logs-raw-input|swallowed-exception",
	 "로그 한 줄에 남길 항목(시각, 수준, 요청 ID …)을 정하고 logging을 설정해 보세요",
	 "choose the fields of a log line (time, level, request id …) and configure logging"},
	{AT_TOP, "no-request-size-limit",
	 "요청 본문의 최대 크기를 정해 보세요(근거가 되는 숫자는?)",
	 "set the largest body you accept: which number, and why?"},
	{AT_LOAD,
	 "model-load-failure-unhandled|model-loaded-only-under-main|model-loaded-per-request|"
	 "global-mutable-state|",
	 "모델을 언제 한 번만 불러올지, 실패하면 무엇을 남기고 어떻게 알릴지 정해 보세요",
	 "decide when the model is loaded once, and what a failure leaves behind and tells"},
	{AT_LOAD, "unsafe-deserialization|download-without-integrity|unclosed-file",
	 "파일이 우리가 만든 그 모델이라는 것을 불러오기 전에 어떻게 확인할까요?",
	 "how do you make sure of the file before loading it?"},
	{AT_PREDICT, "no-auth", "누가 부르는지 어디에서 확인할까요? 실패하면 어떤 코드로 답할까요?",
	 "where do you check who calls, and which code answers a failure?"},
	{AT_PREDICT, "no-input-validation|unchecked-key-access|",
	 "입력의 타입, 개수, 범위를 확인하고, 틀렸을 때 무엇이 틀렸는지 알려 주세요(어떤 상태 "
	 "코드?)",
	 "check types, counts and ranges; say what is wrong (which status code?)"},
	{AT_PREDICT,
	 "no-error-handling-around-predict|leaks-exception-text|errors-returned-as-200|"
	 "wrong-status-code|missing-return-path",
	 "예측이 실패하면 안쪽 사정은 로그에, 바깥에는 무엇을 보여 줄지 나누어 보세요",
	 "on a failed prediction: what goes to the log, and what to the caller?"},
	{AT_PREDICT, "blocking-call-in-async-handler|no-inference-mode|client-created-per-request",
	 "예측이 다른 요청을 막지 않게 하려면 이 호출을 어디에서 실행해야 할까요?",
	 "where must this call run so that it holds up no other request?"},
	{AT_PREDICT, "no-metrics|no-latency-measurement|",
	 "요청 수와 걸린 시간을 위의 두 메트릭에 기록해 보세요",
	 "record count and time in the two metrics above"},
	{AT_PREDICT, "returns-numpy-not-json-serialisable|no-model-version-in-response",
	 "응답에 파이썬 기본 타입과 모델 버전이 들어가게 해 보세요",
	 "answer with plain Python types and the model's version"},
	{AT_HEALTH, "no-health-endpoint|",
	 "살아 있다는 것은 무엇을 뜻하나요? 모델을 볼 필요가 있을까요?",
	 "what does being alive mean: does it need the model?"},
	{AT_HEALTH, "no-readiness|",
	 "요청을 받아도 되는 때는 언제인가요? 아니라면 어떤 코드로 답할까요?",
	 "when may requests come, and which code says not yet?"},
	{AT_RUN, "dev-server-in-production|no-graceful-shutdown|gunicorn-default-workers",
	 "운영에서는 무엇으로 몇 개의 프로세스를 띄울지, 종료 신호를 받으면 무엇을 할지 정해 "
	 "보세요",
	 "choose the server and the number of processes, and what a signal to end does"},
};

static bool found(const struct review_private *r, const char *id, size_t length)
{
	for (size_t s = 0; s < r->count; s++) {
		for (size_t i = 0; i < r->sources[s].finding_count; i++) {
			const struct review_finding *f = &r->sources[s].findings[i];
			if (!f->suppressed && strlen(f->rule) == length &&
			    strncmp(f->rule, id, length) == 0) {
				return true;
			}
		}
	}
	return false;
}

static bool asked_for(const struct review_private *r, const char *rules)
{
	while (*rules) {
		size_t length = strcspn(rules, "|");
		if (found(r, rules, length)) {
			return true;
		}
		rules += length;
		if (*rules == '|' && rules[1] == '\0') {
			return true; /* a trailing bar: always */
		}
		rules += *rules == '|';
	}
	return false;
}

struct frame {
	const char *framework;
	const char *imports, *app, *load, *predict, *health, *ready, *run;
};

static const struct frame frames[] = {
	{"flask", "from flask import Flask, jsonify, request\n", "app = Flask(__name__)\n",
	 "def load_model():\n", "@app.post(\"/predict\")\ndef predict():\n",
	 "@app.get(\"/health\")\ndef health():\n", "@app.get(\"/ready\")\ndef ready():\n", ""},
	{"fastapi",
	 "from contextlib import asynccontextmanager\n\nfrom fastapi import FastAPI\nfrom pydantic "
	 "import "
	 "BaseModel\n",
	 "class PredictRequest(BaseModel):\n    ...\n\n\nclass PredictResponse(BaseModel):\n    "
	 "...\n",
	 "@asynccontextmanager\nasync def lifespan(app: FastAPI):\n",
	 "app = FastAPI(lifespan=lifespan)\n\n\n@app.post(\"/predict\", "
	 "response_model=PredictResponse)\ndef "
	 "predict(body: PredictRequest):\n",
	 "@app.get(\"/health\")\ndef health():\n", "@app.get(\"/ready\")\ndef ready():\n", ""},
	{"starlette",
	 "from starlette.applications import Starlette\nfrom starlette.requests import "
	 "Request\nfrom "
	 "starlette.routing import Route\n",
	 "", "async def load_model():\n", "async def predict(request: Request):\n",
	 "async def health(request: Request):\n", "async def ready(request: Request):\n",
	 "app = Starlette(routes=[\n    Route(\"/predict\", predict, methods=[\"POST\"]),\n    "
	 "Route(\"/health\", health),\n    Route(\"/ready\", ready),\n])\n"},
	{"aiohttp", "from aiohttp import web\n", "routes = web.RouteTableDef()\n",
	 "async def load_model(app: web.Application):\n",
	 "@routes.post(\"/predict\")\nasync def predict(request: web.Request) -> web.Response:\n",
	 "@routes.get(\"/health\")\nasync def health(request: web.Request) -> web.Response:\n",
	 "@routes.get(\"/ready\")\nasync def ready(request: web.Request) -> web.Response:\n", ""},
	{"tornado", "import tornado.web\n", "", "def load_model():\n",
	 "class PredictHandler(tornado.web.RequestHandler):\n    async def post(self):\n",
	 "class HealthHandler(tornado.web.RequestHandler):\n    def get(self):\n",
	 "class ReadyHandler(tornado.web.RequestHandler):\n    def get(self):\n",
	 "def make_app():\n    return tornado.web.Application([\n        (r\"/predict\", "
	 "PredictHandler),\n"
	 "        (r\"/health\", HealthHandler),\n        (r\"/ready\", ReadyHandler),\n    ])\n"},
	{"bentoml", "import bentoml\nfrom pydantic import BaseModel\n",
	 "class PredictRequest(BaseModel):\n    ...\n", "def load_model():\n",
	 "@bentoml.service\nclass Predictor:\n    @bentoml.api\n    def predict(self, body: "
	 "PredictRequest) -> "
	 "dict:\n",
	 "def liveness():\n", "def readiness():\n", ""},
	{"http.server", "from http.server import BaseHTTPRequestHandler\n", "",
	 "def load_model():\n", "class Handler(BaseHTTPRequestHandler):\n    def do_POST(self):\n",
	 "def answer_health(handler):\n", "def answer_ready(handler):\n", ""},
	{"grpc", "import grpc\n", "", "def load_model():\n",
	 "class Predictor:  # (predict_pb2_grpc.PredictorServicer)\n    def Predict(self, request, "
	 "context):\n",
	 "def serve_health(server):\n", "def serve_ready(server):\n", ""},
};

static void put_steps(const struct review_private *r, enum place place, const char *indent,
		      int *number, struct strbuf *out)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (steps[i].place == place && asked_for(r, steps[i].rules)) {
			strbuf_printf(out, "%s# TODO %d: %s\n", indent, ++*number,
				      message_language() == LANGUAGE_KO ? steps[i].ko
									: steps[i].en);
		}
	}
}

static void put_body(const struct review_private *r, const char *signature, enum place place,
		     int *number, struct strbuf *out)
{
	const char *indent = strstr(signature, "\n    def ") ||
					     strstr(signature, "\n    async def ") ||
					     strstr(signature, "\n    @")
				     ? "        "
				     : "    ";
	strbuf_printf(out, "\n\n%s", signature);
	put_steps(r, place, indent, number, out);
	strbuf_printf(out, "%sraise NotImplementedError\n", indent);
}

static const char *python_skeleton(struct review_private *r, const struct frame *frame)
{
	struct strbuf sb;
	int number = 0;
	strbuf_init(&sb);
	strbuf_puts(&sb, frame->imports);
	strbuf_puts(&sb, "from prometheus_client import Counter, Histogram\n\n");
	strbuf_puts(&sb, frame->app);
	strbuf_puts(
		&sb,
		"\nREQUEST_COUNT = Counter(\"model_predictions_total\", \"predictions by "
		"outcome\", "
		"[\"outcome\"])\n"
		"REQUEST_LATENCY = Histogram(\"model_prediction_duration_seconds\", \"time of a "
		"prediction\")\n\n");
	put_steps(r, AT_TOP, "", &number, &sb);
	put_body(r, frame->load, AT_LOAD, &number, &sb);
	put_body(r, frame->predict, AT_PREDICT, &number, &sb);
	/* both health signatures share the steps of their place: one each */
	int before = number;
	strbuf_printf(&sb, "\n\n%s", frame->health);
	const char *indent = strstr(frame->health, "\n    def ") ? "        " : "    ";
	bool korean = message_language() == LANGUAGE_KO;
	size_t at = 0;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (steps[i].place != AT_HEALTH) {
			continue;
		}
		if (at++ == 1) {
			strbuf_printf(&sb, "%sraise NotImplementedError\n\n\n%s", indent,
				      frame->ready);
		}
		strbuf_printf(&sb, "%s# TODO %d: %s\n", indent, ++before,
			      korean ? steps[i].ko : steps[i].en);
	}
	number = before;
	strbuf_printf(&sb, "%sraise NotImplementedError\n", indent);
	if (*frame->run) {
		strbuf_printf(&sb, "\n\n%s", frame->run);
	}
	if (asked_for(r,
		      "dev-server-in-production|no-graceful-shutdown|gunicorn-default-workers")) {
		strbuf_puts(&sb, "\n");
		put_steps(r, AT_RUN, "", &number, &sb);
	}
	const char *text = arena_strdup(&r->arena, sb.text);
	strbuf_release(&sb);
	return text ? text : "";
}

/* For configuration alone: the questions of the findings as TODOs in comments, nothing to copy and run. */
static const char *comment_skeleton(struct review_private *r)
{
	struct strbuf sb;
	int number = 0;
	const char *seen[12];
	strbuf_init(&sb);
	for (size_t s = 0; s < r->count; s++) {
		for (size_t i = 0; i < r->sources[s].finding_count && number < 12; i++) {
			const struct review_finding *f = &r->sources[s].findings[i];
			bool before = f->suppressed;
			for (int k = 0; k < number; k++) {
				before |= strcmp(seen[k], f->rule) == 0;
			}
			if (!before) {
				seen[number++] = f->rule;
				strbuf_printf(&sb, "# TODO %d (%s:%d): %s\n", number,
					      source_base_name(r->sources[s].path), f->line,
					      f->question);
			}
		}
	}
	const char *text = arena_strdup(&r->arena, sb.text);
	strbuf_release(&sb);
	return text ? text : "";
}

const char *skeleton_make(struct review_private *r, const char *framework)
{
	for (size_t i = 0; framework && i < sizeof frames / sizeof *frames; i++) {
		if (strcmp(frames[i].framework, framework) == 0) {
			return python_skeleton(r, &frames[i]);
		}
	}
	return comment_skeleton(r);
}

enum status questions_make(struct review *review, bool serves)
{
	static const struct {
		enum review_category category;
		const char *ko, *en;
	} rows[] = {
		{REVIEW_SECURITY,
		 "이 서비스 앞에서 HTTPS는 누가 끝내 주나요(TLS 종료)? 그 뒤의 구간은 안전한가요?",
		 "Who terminates HTTPS in front of this service, and is the path behind it safe?"},
		{REVIEW_SECURITY,
		 "한 사용자가 초당 수천 번 부르면 어디에서 막히나요(요청 속도 제한)?",
		 "Where is a user stopped who calls thousands of times a second?"},
		{REVIEW_STABILITY,
		 "메모리가 모자라 프로세스가 죽으면 누가 알아채고, 사용자는 무엇을 보게 되나요?",
		 "Who notices when the process dies for lack of memory, and what do users see?"},
		{REVIEW_STABILITY,
		 "모델이 답하지 못할 때 대신 돌려줄 것(기본값, 이전 모델, 규칙)이 있나요?",
		 "Is there a fallback when the model cannot answer?"},
		{REVIEW_SCALABILITY,
		 "서버를 두 대로 늘리면 로드 밸런서 뒤에서 메모리에 있는 상태(세션, 캐시)는 어떻게 "
		 "되나요?",
		 "What becomes of state in memory with two servers behind a load balancer?"},
		{REVIEW_SCALABILITY, "새 모델 버전으로 바꾸거나 되돌리려면 코드를 고쳐야 하나요?",
		 "Must code change to move to a new model version or back?"},
		{REVIEW_MONITORING,
		 "모델의 정확도가 떨어지고 있다는 것을 며칠 안에 무엇으로 알 수 있나요(입력 표본, "
		 "드리프트)?",
		 "Within how many days, and by what, would you know that accuracy is falling?"},
		{REVIEW_MONITORING,
		 "어떤 응답을 오류로 셀 것인지 팀이 정해 두었나요(4xx도 포함하나요)?",
		 "Has the team decided which answers count as errors?"},
	};
	size_t count = sizeof rows / sizeof *rows;
	if (!serves) {
		return STATUS_OK;
	}
	review->questions = calloc(count, sizeof *review->questions);
	if (!review->questions) {
		return STATUS_NOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		review->questions[i] = (struct review_question){
			rows[i].category,
			message_language() == LANGUAGE_KO ? rows[i].ko : rows[i].en};
	}
	review->question_count = count;
	return STATUS_OK;
}
