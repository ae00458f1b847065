#include "engine/review/yaml.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/review/python.h"
#include "engine/review/secret.h"

/* GitHub Actions workflows. */

struct workflow {
	struct review_private *r;
	struct source *source;
	const struct yaml *y;
	int32_t root, jobs;
};

static const char test_words[] =
	"pytest|unittest|tox|nox |nox\n|npm test|npm run test|yarn test|go test|make test|cargo "
	"test|ctest|gradle test|mvn test|mvn verify|run_tests|make check|jest|behave|"
	"nosetests|rspec|dotnet test|coverage run|hatch run test|poe test|test.sh|"
	"manage.py test|hatch test|bats ";
static const char deploy_words[] =
	"kubectl apply|kubectl set image|kubectl rollout|helm upgrade|helm install|gcloud run "
	"deploy|"
	"gcloud app deploy|gcloud functions deploy|az webapp|az containerapp|az ml online|aws ecs "
	"update|"
	"aws lambda update|sam deploy|cdk deploy|serverless deploy|terraform apply|eb "
	"deploy|flyctl deploy|"
	"fly deploy|heroku container:release|git push heroku|bentoml deploy|eksctl|sls deploy|"
	"aws s3 sync|docker stack deploy|ansible-playbook|kustomize build|az "
	"functionapp|update-service|"
	"gcloud ai endpoints|sagemaker create|docker-compose up -d|docker compose up -d";
static const char deploy_actions[] =
	"appleboy/ssh-action|akhileshns/heroku-deploy|azure/webapps-deploy|azure/k8s-deploy|"
	"google-github-actions/deploy-cloudrun|aws-actions/amazon-ecs-deploy|"
	"google-github-actions/deploy-|azure/functions-action|superfly/flyctl|"
	"aws-actions/aws-lambda-deploy|azure/container-apps-deploy|einaregilsson/beanstalk-deploy|"
	"cloudflare/wrangler-action|amazon-ecs-deploy-task-definition";

static bool step_matches(const struct workflow *w, int32_t step, const char *run_words,
			 const char *action_words)
{
	return text_has_any(yaml_text_at(w->y, step, "run"), run_words) ||
	       (*action_words && text_has_any(yaml_text_at(w->y, step, "uses"), action_words));
}

static bool job_tests(const struct workflow *w, int32_t job)
{
	const char *reused = yaml_text_at(w->y, job, "uses");
	const char *key = w->y->values[job].key ? w->y->values[job].key : "";
	if (*reused && (text_has_any(reused, "test") || text_has_any(key, "test"))) {
		return true;
	}
	YAML_EACH(w->y, yaml_get(w->y, job, "steps"), step)
	{
		if (step_matches(w, step, test_words, "")) {
			return true;
		}
		const char *name = yaml_text_at(w->y, step, "name");
		if (text_has_any(name, "run test|unit test|tests|테스트") &&
		    yaml_get(w->y, step, "run") >= 0) {
			return true;
		}
	}
	return false;
}

static bool step_deploys(const struct workflow *w, int32_t step)
{
	return step_matches(w, step, deploy_words, deploy_actions);
}

static bool job_deploys(const struct workflow *w, int32_t job)
{
	const char *key = w->y->values[job].key ? w->y->values[job].key : "";
	YAML_EACH(w->y, yaml_get(w->y, job, "steps"), step)
	{
		if (step_deploys(w, step)) {
			return true;
		}
	}
	if (text_has_any(key, "deploy") ||
	    text_has_any(yaml_text_at(w->y, job, "name"), "deploy|배포")) {
		/* by its name, when it does something that goes out */
		YAML_EACH(w->y, yaml_get(w->y, job, "steps"), step)
		{
			if (step_matches(w, step, "docker push|push|deploy|ssh |scp |rsync |curl ",
					 "deploy|build-push-action|ssh")) {
				return true;
			}
		}
	}
	return false;
}

static bool job_publishes(const struct workflow *w, int32_t job)
{
	YAML_EACH(w->y, yaml_get(w->y, job, "steps"), step)
	{
		if (step_matches(w, step, "docker push|twine upload",
				 "build-push-action|gh-action-pypi-publish") &&
		    strcmp(yaml_text_at(w->y, step, "with.push"), "false") != 0) {
			return true;
		}
	}
	return false;
}

static int32_t triggers(const struct workflow *w)
{
	int32_t on = yaml_get(w->y, w->root, "on");
	return on >= 0 ? on : yaml_get(w->y, w->root, "true");
}

static bool triggered_by(const struct workflow *w, const char *event)
{
	int32_t on = triggers(w);
	if (yaml_kind_of(w->y, on) == YAML_SCALAR) {
		return strcmp(yaml_text(w->y, on), event) == 0;
	}
	if (yaml_kind_of(w->y, on) == YAML_LIST) {
		YAML_EACH(w->y, on, e)
		{
			if (strcmp(yaml_text(w->y, e), event) == 0) {
				return true;
			}
		}
		return false;
	}
	return yaml_get(w->y, on, event) >= 0;
}

static void actions(struct workflow *w, int32_t job)
{
	const int32_t reused = yaml_get(w->y, job, "uses");
	if (reused >= 0) {
		const char *text = yaml_text(w->y, reused);
		const char *ref = strchr(text, '@');
		if (*text != '.' && ref && strlen(ref) != 41) {
			yaml_report(w->r, w->source, RULE_CI_UNPINNED, reused, text);
		}
	}
	YAML_EACH(w->y, yaml_get(w->y, job, "steps"), step)
	{
		int32_t uses = yaml_get(w->y, step, "uses");
		const char *text = yaml_text(w->y, uses);
		const char *at = strchr(text, '@');
		if (uses < 0 || *text == '.' || strncmp(text, "docker://", 9) == 0) {
			continue;
		}
		bool commit = at && strlen(at + 1) == 40 &&
			      strspn(at + 1, "0123456789abcdefABCDEF") == 40;
		/* GitHub's own actions may be named by a version; a branch moves under anybody's */
		bool own = strncmp(text, "actions/", 8) == 0 || strncmp(text, "github/", 7) == 0;
		if (own && at && at[1] == 'v' && at[2] >= '0' && at[2] <= '9') {
			continue;
		}
		if (!commit && *text) {
			yaml_report(w->r, w->source, RULE_CI_UNPINNED, uses, text);
		}
	}
}

static void secrets_of(struct workflow *w, int32_t environment, const char *where)
{
	YAML_EACH(w->y, environment, e)
	{
		const char *text = yaml_text(w->y, e);
		char detail[160];
		if (strstr(text, "secrets.") && !strstr(text, "secrets.GITHUB_TOKEN")) {
			snprintf(detail, sizeof detail, "%s의 `%.80s`", where,
				 w->y->values[e].key ? w->y->values[e].key : "");
			yaml_report(w->r, w->source, RULE_CI_SECRETS, e, detail);
		} else if (secret_shape(text)) {
			yaml_report(w->r, w->source, RULE_CI_SECRETS, e, "파일에 적힌 값");
		}
	}
}

/* A line of a script that prints a secret: echo without a pipe or a file behind it. */
static bool prints_secret(const char *script)
{
	for (const char *line = script; *line;) {
		size_t length = strcspn(line, "\n");
		char text[512];
		snprintf(text, sizeof text, "%.*s", (int)(length < 500 ? length : 500), line);
		const char *echo = strstr(text, "echo ");
		if (echo && strstr(echo, "secrets.")) {
			const char *end = strrchr(echo, '}');
			if (!strchr(end ? end : echo, '|') && !strchr(end ? end : echo, '>')) {
				return true;
			}
		}
		line += length;
		line += *line == '\n';
	}
	return false;
}

static void secrets(struct workflow *w)
{
	secrets_of(w, yaml_get(w->y, w->root, "env"), "워크플로 전체 env");
	YAML_EACH(w->y, w->jobs, job)
	{
		secrets_of(w, yaml_get(w->y, job, "env"), "작업 전체 env");
		YAML_EACH(w->y, yaml_get(w->y, job, "steps"), step)
		{
			int32_t run = yaml_get(w->y, step, "run");
			if (run >= 0 && prints_secret(yaml_text(w->y, run))) {
				yaml_report(w->r, w->source, RULE_CI_SECRETS, run, "로그에 찍음");
			}
			const char *ref = yaml_text_at(w->y, step, "with.ref");
			if (triggered_by(w, "pull_request_target") && strstr(ref, "head")) {
				yaml_report(w->r, w->source, RULE_CI_SECRETS, step,
					    "pull_request_target에서 외부 코드를 가져옴");
			}
		}
	}
}

static void permissions_of(struct workflow *w, int32_t owner)
{
	int32_t p = yaml_get(w->y, owner, "permissions");
	if (p >= 0 && strcmp(yaml_text(w->y, p), "write-all") == 0) {
		yaml_report(w->r, w->source, RULE_CI_WRITE_ALL, p, "write-all");
	}
}

static bool only_by_hand(const struct workflow *w)
{
	static const char *const events[] = {"push", "pull_request", "schedule", "release",
					     "pull_request_target"};
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		if (triggered_by(w, events[i])) {
			return false;
		}
	}
	return true;
}

static bool tested_before(const struct workflow *w, int32_t job, int depth)
{
	int32_t needs = yaml_get(w->y, job, "needs");
	if (needs < 0 || depth > 6) {
		return false;
	}
	if (yaml_kind_of(w->y, needs) == YAML_SCALAR) {
		int32_t other = yaml_get(w->y, w->jobs, yaml_text(w->y, needs));
		return other >= 0 && (job_tests(w, other) || tested_before(w, other, depth + 1));
	}
	YAML_EACH(w->y, needs, n)
	{
		int32_t other = yaml_get(w->y, w->jobs, yaml_text(w->y, n));
		if (other >= 0 && (job_tests(w, other) || tested_before(w, other, depth + 1))) {
			return true;
		}
	}
	return false;
}

static void gates(struct workflow *w)
{
	if (only_by_hand(w)) {
		return;
	}
	YAML_EACH(w->y, w->jobs, job)
	{
		if (!job_deploys(w, job) || job_tests(w, job) || tested_before(w, job, 0) ||
		    yaml_get(w->y, job, "environment") >= 0) {
			continue;
		}
		yaml_report(w->r, w->source, RULE_CI_NO_GATE, job,
			    w->y->values[job].key ? w->y->values[job].key : "");
	}
}

/* All the text of scripts and step names: what the workflow is about. */
static bool about(const struct workflow *w, const char *words)
{
	YAML_EACH(w->y, w->jobs, job)
	{
		const char *key = w->y->values[job].key ? w->y->values[job].key : "";
		if (text_has_any(key, words) ||
		    text_has_any(yaml_text_at(w->y, job, "name"), words)) {
			return true;
		}
		YAML_EACH(w->y, yaml_get(w->y, job, "steps"), step)
		{
			if (text_has_any(yaml_text_at(w->y, step, "run"), words) ||
			    text_has_any(yaml_text_at(w->y, step, "name"), words) ||
			    text_has_any(yaml_text_at(w->y, step, "uses"), words)) {
				return true;
			}
		}
	}
	return false;
}

static void whole(struct workflow *w)
{
	bool deploys = false, tests = false, publishes = false, installs = false;
	YAML_EACH(w->y, w->jobs, job)
	{
		deploys |= job_deploys(w, job);
		tests |= job_tests(w, job);
		publishes |= job_publishes(w, job);
	}
	installs = about(
		w, "pip install|docker build|build-push-action|npm ci|npm install|poetry install|"
		   "python train|dvc repro|make build|uv sync|pipenv");
	bool trains = about(
		w, "train.py|train_model|dvc repro|python train|model training|train the model|"
		   "train model|src.train|retrain|pipelines.train|mlflow run|az ml job|"
		   "training.py|train/|모델 학습");
	bool model = trains || about(w, "model|sagemaker|mlflow|bentoml|kserve|seldon|inference");
	if (!tests && (deploys || publishes || installs)) {
		yaml_report(w->r, w->source, RULE_CI_NO_TESTS, w->jobs, NULL);
	}
	bool validates =
		about(w, "evaluat|validate|accuracy|metric|threshold|model test|test_model|"
			 "model_test|quality gate|f1|auc|smoke|deepchecks|evidently|cml|compare");
	if ((trains || (model && (deploys || publishes))) && !validates) {
		yaml_report(w->r, w->source, RULE_CI_NO_VALIDATION, w->jobs, NULL);
	}
	if (trains &&
	    !about(w, "dvc|mlflow|wandb|github.sha|GITHUB_SHA|git tag|upload-artifact|registry|"
		      "version")) {
		yaml_report(w->r, w->source, RULE_CI_NO_VERSION, w->jobs, NULL);
	}
	bool guarded = yaml_get(w->y, w->root, "concurrency") >= 0;
	YAML_EACH(w->y, w->jobs, job)
	{
		guarded |= yaml_get(w->y, job, "concurrency") >= 0;
		if (yaml_get(w->y, job, "steps") >= 0 &&
		    yaml_get(w->y, job, "timeout-minutes") < 0) {
			yaml_report(w->r, w->source, RULE_CI_NO_TIMEOUT, job,
				    w->y->values[job].key ? w->y->values[job].key : "");
		}
	}
	if (deploys && !guarded) {
		yaml_report(w->r, w->source, RULE_CI_NO_CONCURRENCY, w->jobs, NULL);
	}
}

void judge_workflows(struct review_private *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		if (source->kind != SOURCE_WORKFLOW || !source->yaml ||
		    source->yaml->document_count == 0) {
			continue;
		}
		struct workflow w = {r, source, source->yaml, source->yaml->documents[0], -1};
		w.jobs = yaml_get(w.y, w.root, "jobs");
		if (w.jobs < 0) {
			continue;
		}
		permissions_of(&w, w.root);
		YAML_EACH(w.y, w.jobs, job)
		{
			permissions_of(&w, job);
			actions(&w, job);
		}
		secrets(&w);
		gates(&w);
		whole(&w);
	}
}
