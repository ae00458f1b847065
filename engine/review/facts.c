#include "engine/review/service.h"

#include <string.h>

/* Knowledge about libraries: names as py_name gives them. */

static const char unsafe_loads[] =
	"pickle.load|pickle.loads|cPickle.load|cPickle.loads|_pickle.load|_pickle.loads|"
	"six.moves.cPickle.load|cloudpickle.load|cloudpickle.loads|dill.load|dill.loads|"
	"dill.load_session|joblib.load|sklearn.externals.joblib.load|pandas.read_pickle|"
	"pickle.Unpickler().load|jsonpickle.decode|shelve.open|pickle5.load|pickle5.loads|"
	"compress_pickle.load|bz2pickle.load|fastai*load_learner|hickle.load|skops.io.loads|"
	"*.joblib.load|ray.cloudpickle.load|ray.cloudpickle.loads|pkl.load|jl.load";

static const char model_loads[] =
	"*keras.models.load_model|*keras.saving.load_model|keras.load_model|tensorflow.saved_model."
	"load|"
	"tensorflow.keras.models.load_model|tf.keras.models.load_model|"
	"*models.model_from_json|*model_from_json|tensorflow.compat.v1.saved_model.load|"
	"tensorflow.lite.Interpreter|tflite_runtime.interpreter.Interpreter|"
	"torch.load|torch.jit.load|torch.hub.load|*.load_from_checkpoint|*.load_state_dict|"
	"onnxruntime.InferenceSession|onnx.load|openvino*.compile_model|openvino*.read_model|"
	"spacy.load|*.from_pretrained|transformers.pipeline|transformers.pipelines.pipeline|"
	"sentence_transformers.SentenceTransformer|sentence_transformers.CrossEncoder|"
	"ultralytics.YOLO|whisper.load_model|faster_whisper.WhisperModel|fasttext.load_model|"
	"fasttext.FastText.load_model|gensim.models.*.load|gensim.models.*load_word2vec_format|"
	"mlflow.*load_model|mlflow.*load_model|lightgbm.Booster|xgboost.Booster().load_model|"
	"xgboost.XGBClassifier().load_model|xgboost.XGBRegressor().load_model|"
	"catboost.*load_model|h2o.load_model|paddle.jit.load|"
	"cv2.CascadeClassifier|cv2.dnn.readNet*|face_recognition.load_image_file|"
	"bentoml.*.load_model|bentoml.*.load_runner|skops.io.load|safetensors*load_file|"
	"easyocr.Reader|insightface.app.FaceAnalysis|vllm.LLM|llama_cpp.Llama|"
	"flair.models.*.load|TextClassifier.load|SequenceTagger.load|stanza.Pipeline|"
	"diffusers.*|joblib.load|autogluon*.load|pycaret.*.load_model|load_learner";

static const char weight_files[] = "*.pth|*.pt|*.h5|*.hdf5|*.keras|*.pkl|*.pickle|*.joblib|*.onnx|*"
				   ".tflite|*.ckpt|*.safetensors|"
				   "*.sav|*.pb|*.bin|*.gguf|*.model|*.cbm|*.weights";

/* A class of another module that is given a file of weights: `Classifier('weights.pth')`. */
static bool constructed_from_weights(struct py *py, int32_t call, const char *callee)
{
	const char *dot = strrchr(callee, '.');
	const char *class = dot ? dot + 1 : callee;
	if (!dot || *callee == '@' || *class < 'A' || *class > 'Z' ||
	    name_is(class,
		    "*Config|*Settings|*Args|*Arguments|*Request|*Response|*Info|*Input|*Spec|"
		    "*Params|*Schema|*Manager|Path|*Downloader|*Options|*Dataset|*Field")) {
		return false;
	}
	bool model =
		name_is(class, "*Model|*Predictor|*Classifier|*Detector|*Recognizer|*Regressor|"
			       "*Net|*Inference|*Segmenter|*Embedder|*Ranker|*Synthesizer|*TTS");
	int32_t arguments = syntax_child(py->tree, call, FIELD_ARGUMENTS);
	PY_EACH_CHILD(py->tree, arguments, a)
	{
		int32_t value = syntax_kind_of(py->tree, a) == SYN_KEYWORD_ARGUMENT
					? syntax_child(py->tree, a, FIELD_VALUE)
					: a;
		const char *path = model ? py_string(py, value) : NULL;
		if (path && name_is(path, weight_files)) {
			return true;
		}
		if (value != a && name_is(py_text(py, syntax_child(py->tree, a, FIELD_NAME)),
					  "checkpoint|*_checkpoint|checkpoint_path|weights|weights_"
					  "path|model_path|"
					  "model_file|model_weights|ckpt_path|model_dir")) {
			return true;
		}
	}
	return false;
}

static bool dynamic_import_load(struct py *py, const char *callee, const char *bare,
				const char *from)
{
	if (strcmp(callee, bare) != 0) {
		return false;
	}
	for (int32_t i = 0; i < py->wildcard_count; i++) {
		if (strncmp(py->wildcards[i], from, strlen(from)) == 0) {
			return true;
		}
	}
	return false;
}

bool fact_unsafe_load(struct py *py, int32_t call)
{
	const char *callee = py_callee(py, call);
	if (name_is(callee, "torch.load")) {
		return !py_is_true(py, py_argument(py, call, -1, "weights_only"));
	}
	if (name_is(callee, "yaml.load|yaml.load_all")) {
		int32_t loader = py_argument(py, call, 1, "Loader");
		return loader == SYNTAX_NO_NODE ||
		       !name_is(py_name(py, loader), "*SafeLoader|*BaseLoader");
	}
	if (name_is(callee, "yaml.unsafe_load|yaml.full_load")) {
		return name_is(callee, "yaml.unsafe_load");
	}
	if (name_is(callee, "numpy.load")) {
		return py_is_true(py, py_argument(py, call, -1, "allow_pickle"));
	}
	return name_is(callee, unsafe_loads) ||
	       dynamic_import_load(py, callee, "load_learner", "fastai") ||
	       (dynamic_import_load(py, callee, "load", "joblib"));
}

bool fact_loads_model(struct py *py, int32_t call)
{
	const char *callee = py_callee(py, call);
	if (name_is(callee, "yaml.*|shelve.open|jsonpickle.decode|pickle.loads|cloudpickle.loads|"
			    "dill.loads|cPickle.loads|*Config.from_pretrained")) {
		return false;
	}
	if (name_is(callee, "lightgbm.Booster")) {
		return py_argument(py, call, -1, "model_file") != SYNTAX_NO_NODE;
	}
	if (name_is(callee, "*keras.applications.*")) {
		const char *last = strrchr(callee, '.');
		return last && last[1] >= 'A' && last[1] <= 'Z';
	}
	if (name_is(callee, "torchvision.models.*|timm.create_model")) {
		int32_t weights = py_argument(py, call, -1, "weights");
		return py_is_true(py, py_argument(py, call, -1, "pretrained")) ||
		       (weights != SYNTAX_NO_NODE && syntax_kind_of(py->tree, weights) != SYN_NONE);
	}
	if (name_is(callee, "diffusers.*")) {
		return name_ends(callee, ".from_pretrained");
	}
	if (fact_unsafe_load(py, call) || name_is(callee, model_loads) ||
	    constructed_from_weights(py, call, callee)) {
		return true;
	}
	/* `load_model` of a library star-imported or of an object: keras, xgboost, catboost … */
	int32_t function = syntax_child(py->tree, call, FIELD_FUNCTION);
	if (dynamic_import_load(py, callee, "load_model", "keras") ||
	    dynamic_import_load(py, callee, "load_model", "tensorflow")) {
		return true;
	}
	return syntax_kind_of(py->tree, function) == SYN_ATTRIBUTE && *callee != '@' &&
	       name_is(callee, "*.load_model|*.load_weights");
}

bool fact_derives(struct py *py, int32_t class, const char *patterns)
{
	for (int depth = 0; depth < 8; depth++) {
		int32_t bases = py->classes[class].bases;
		if (bases == SYNTAX_NO_NODE) {
			return false;
		}
		int32_t up = -1;
		PY_EACH_CHILD(py->tree, bases, c)
		{
			const char *name = py_name(py, c);
			if (name_is(name, patterns)) {
				return true;
			}
			struct py *file;
			int32_t index;
			if (py_class_named(py, name, &file, &index) &&
			    (file != py || index != class)) {
				if (file == py) {
					up = index;
				} else if (fact_derives(file, index, patterns)) {
					return true;
				}
			}
		}
		if (up < 0) {
			return false;
		}
		class = up;
	}
	return false;
}

bool fact_torch_module(struct py *py, int32_t class)
{
	return fact_derives(py, class, "torch.nn.Module|*nn.Module|*LightningModule");
}

static bool is_torch_object(struct py *py, const char *name)
{
	if (name_is(name,
		    "torch.load()|torch.jit.load()|torch.hub.load()|torchvision.models.*()|"
		    "timm.create_model()|*.load_from_checkpoint()|segmentation_models_pytorch.*()|"
		    "efficientnet_pytorch.*()|*.eval()|*.to()|*.cuda()|*.half()|torch.nn.*()")) {
		return !name_is(name, "transformers.*Tokenizer*|*Processor*|torch.nn.functional*");
	}
	size_t length = strlen(name);
	char class_name[256];
	struct py *file;
	int32_t class;
	if (length > 2 && length < sizeof class_name && strcmp(name + length - 2, "()") == 0) {
		memcpy(class_name, name, length - 2);
		class_name[length - 2] = '\0';
		return py_class_named(py, class_name, &file, &class) &&
		       fact_torch_module(file, class);
	}
	return false;
}

static bool imports_torch(struct py *py)
{
	for (int32_t i = 0; i < py->binding_count; i++) {
		const char *q = py->bindings[i].qualified;
		if (q && (name_is(q, "torch|torch.*|torchvision*|timm*|transformers*"))) {
			return true;
		}
	}
	return false;
}

static bool named_like_a_model(const struct py *py, int32_t function)
{
	int32_t last = syntax_kind_of(py->tree, function) == SYN_ATTRIBUTE
			       ? syntax_child(py->tree, function, FIELD_ATTRIBUTE)
			       : function;
	while (syntax_kind_of(py->tree, last) == SYN_SUBSCRIPT) {
		last = syntax_child(py->tree, last, FIELD_VALUE);
	}
	return name_is(py_text(py, last),
		       "model|models|net|network|classifier|encoder|decoder|*_model|"
		       "model_*|MODEL|generator|G|detector|backbone");
}

bool fact_torch_forward(struct py *py, int32_t call)
{
	int32_t function = syntax_child(py->tree, call, FIELD_FUNCTION);
	const char *callee = py_name(py, function);
	if (is_torch_object(py, callee)) {
		return true;
	}
	if (name_ends(callee, ".forward")) {
		return imports_torch(py);
	}
	if (name_is(callee, "transformers.*Model*.from_pretrained()|transformers.*For*.from_"
			    "pretrained()")) {
		return !text_has(callee, "transformers.TF");
	}
	return name_is(callee, "?|?[]|None|*.?|dict[]|*.model|app.state.*|*.state.*") &&
	       named_like_a_model(py, function) && imports_torch(py);
}

/* A function of another module, by its name: predict, run_predict_by_id, get_predictions, classify_image. */
static bool says_it_predicts(const char *callee)
{
	const char *dot = strrchr(callee, '.');
	const char *name = dot ? dot + 1 : callee;
	if (!dot ||
	    name_is(name, "*predictor*|*prediction_*|*Predict*|*_router|save_*|log_*|format_*|"
			  "validate_*|parse_*|load_*|create_*|build_*|store_*|check_*|"
			  "insert_*|record_*|list_*|read_*|preprocess*|prepare_*|render_*")) {
		return false;
	}
	return name_is(name,
		       "predict|predict_*|*_predict|*_predict_*|*_prediction|*_predictions|infer|"
		       "infer_*|inference|*_inference|classify|classify_*");
}

bool fact_infers(struct py *py, int32_t call)
{
	int32_t function = syntax_child(py->tree, call, FIELD_FUNCTION);
	const char *callee = py_name(py, function);
	if (name_is(callee, "os.*|subprocess.*|uvicorn.*|asyncio.*|logging.*|random.*|re.*")) {
		return false;
	}
	if (syntax_kind_of(py->tree, function) == SYN_ATTRIBUTE) {
		const char *method = py_text(py, syntax_child(py->tree, function, FIELD_ATTRIBUTE));
		if (name_is(method,
			    "predict|predict_proba|predict_classes|predict_on_batch|"
			    "predict_log_proba|predict_one|decision_function|infer|inference|"
			    "transcribe|predict_generator|predict_step|detectMultiScale|"
			    "kneighbors|predict_raw|predict_batch|predict_image|readtext|"
			    "batch_decode_predictions|invoke_model")) {
			return true;
		}
		if (name_is(method, "generate")) {
			return name_is(callee,
				       "*.from_pretrained().*|*LLM().*|?*|None.*|*model*") &&
			       !name_is(callee, "openai*|*client*|*Client*|*images.*");
		}
		if (name_is(method, "run|async_run|run_async|run_with_ort_values")) {
			return name_is(callee,
				       "*InferenceSession()*|*to_runner()*|*Session().run") ||
			       name_is(py_text(py, syntax_child(py->tree, function, FIELD_OBJECT)),
				       "session|sess|ort_session|*_session|*.session|*.sess|"
				       "*ort_sess|onnx_session|runner|*_runner|*.runner");
		}
		if (name_is(callee, "*ServiceStub().*")) {
			return name_is(method, "Predict|Infer|ModelInfer|Classify|Regress|Generate|"
					       "Score|Embed");
		}
		if (name_is(method, "encode")) {
			return name_is(callee, "*SentenceTransformer()*|*CrossEncoder()*");
		}
		if (name_is(method, "invoke")) {
			return name_is(callee, "*Interpreter()*");
		}
	}
	if (syntax_kind_of(py->tree, function) == SYN_ATTRIBUTE && *callee != '@' &&
	    name_is(py_text(py, syntax_child(py->tree, function, FIELD_ATTRIBUTE)),
		    "model_predict|predict_*|run_inference|do_inference|get_prediction|classify|"
		    "classify_*|language_detection|detect_language|detect_objects|detect_faces|"
		    "run_prediction|make_prediction|transcribe_*|tts|tts_to_file|synthesize|"
		    "get_embeddings|embed_documents|embed_query|compute_embeddings") &&
	    !text_has_any(callee, "client|requests|httpx|aiohttp|stub")) {
		return true;
	}
	if (name_is(callee,
		    "transformers.pipeline()|transformers.pipelines.pipeline()|spacy.load()|"
		    "ultralytics.YOLO()|tensorflow.saved_model.load()|stanza.Pipeline()|"
		    "*.signatures[]|*keras.models.load_model()|onnxruntime.InferenceSession()|"
		    "diffusers.*.from_pretrained()|llama_cpp.Llama()|cv2.dnn.*().forward|"
		    "face_recognition.face_encodings|pytesseract.image_to_string")) {
		return true;
	}
	/* a function imported from elsewhere that says what it does */
	if (syntax_kind_of(py->tree, function) == SYN_IDENTIFIER && *callee != '@' &&
	    says_it_predicts(callee) && !name_ends(callee, ")")) {
		struct py *file;
		int32_t f;
		return !py_called(py, call, &file, &f) &&
		       syntax_kind_of(py->tree, py->tree->nodes[call].parent) != SYN_AWAIT;
	}
	return fact_torch_forward(py, call);
}

bool fact_trains(const char *callee)
{
	const char *dot = strrchr(callee, '.');
	return dot && *callee != '@' && !name_ends(callee, ")") &&
	       name_is(dot + 1, "train|train_*|fit|fit_transform|retrain|retrain_*|fine_tune*|"
				"finetune*|evaluate|evaluate_*|cross_val_score");
}

bool fact_outbound(const char *callee)
{
	return name_is(callee,
		       "requests.get|requests.post|requests.put|requests.delete|requests.head|"
		       "requests.patch|requests.request|requests.Session().*|requests.session().*|"
		       "httpx.get|httpx.post|httpx.put|httpx.stream|httpx.request|"
		       "httpx.AsyncClient().*|httpx.Client().*|urllib.request.urlopen|"
		       "urllib.request.urlretrieve|urllib2.urlopen|urllib.urlopen|"
		       "urllib.urlretrieve|aiohttp.ClientSession().*|urllib3.PoolManager().request|"
		       "wget.download|tornado.httpclient.AsyncHTTPClient().fetch|"
		       "skimage.io.imread|urlopen|urlretrieve|gdown.download|"
		       "*get_file") &&
	       !name_ends(callee, ".close") && !name_ends(callee, ".mount");
}

bool fact_needs_timeout(const char *callee)
{
	return name_is(
		callee,
		"requests.get|requests.post|requests.put|requests.delete|requests.head|"
		"requests.patch|requests.options|requests.request|requests.Session().get|"
		"requests.Session().post|requests.Session().put|requests.Session().delete|"
		"requests.Session().request|requests.session().get|requests.session().post|"
		"urllib.request.urlopen|urllib2.urlopen|urlopen|smtplib.SMTP|smtplib.SMTP_SSL|"
		"ftplib.FTP|telnetlib.Telnet");
}

bool fact_builds_client(const char *callee)
{
	return name_is(callee,
		       "boto3.client|boto3.resource|boto3.Session|boto3.session.Session|redis."
		       "Redis|redis.StrictRedis|"
		       "redis.from_url|redis.asyncio.*|aioredis.*|openai.OpenAI|openai.AsyncOpenAI|"
		       "openai.AzureOpenAI|anthropic.Anthropic|anthropic.AsyncAnthropic|"
		       "pymongo.MongoClient|pymongo.mongo_client.MongoClient|motor*."
		       "AsyncIOMotorClient|"
		       "psycopg2.connect|pymysql.connect|mysql.connector.connect|MySQLdb.connect|"
		       "sqlalchemy.create_engine|grpc.insecure_channel|grpc.secure_channel|"
		       "grpc.aio.insecure_channel|grpc.aio.secure_channel|requests.Session|"
		       "requests.session|httpx.AsyncClient|httpx.Client|aiohttp.ClientSession|"
		       "google.cloud.*Client|*storage.Client|*bigquery.Client|*firestore.Client|"
		       "azure.*Client|*BlobServiceClient*|elasticsearch.Elasticsearch|"
		       "kafka.KafkaProducer|kafka.KafkaConsumer|confluent_kafka.Producer|"
		       "qdrant_client.QdrantClient|pinecone.Pinecone|weaviate.Client|minio.Minio|"
		       "tritonclient*InferenceServerClient|pika.BlockingConnection|chromadb.*"
		       "Client|"
		       "mlflow.tracking.MlflowClient|mlflow.MlflowClient|langchain*ChatOpenAI") &&
	       !name_ends(callee, "()");
}

bool fact_blocks(const char *callee)
{
	return name_is(callee,
		       "time.sleep|requests.get|requests.post|requests.put|requests.delete|"
		       "requests.head|"
		       "requests.patch|requests.request|requests.Session().*|requests.session().*|"
		       "urllib.request.urlopen|urllib.request.urlretrieve|urlopen|httpx.get|httpx."
		       "post|"
		       "httpx.Client().*|subprocess.run|subprocess.call|subprocess.check_output|"
		       "subprocess.check_call|os.system|sqlite3.connect().*execute*|"
		       "psycopg2.connect().*execute*|pymysql.connect().*execute*|"
		       "boto3.client().*|boto3.resource().*|redis.Redis().*|redis.StrictRedis().*|"
		       "pymongo.*|openai.OpenAI().*|openai.ChatCompletion.create|openai.Completion."
		       "create|"
		       "cv2.VideoCapture().read|wget.download|gdown.download|shutil.copyfileobj") &&
	       !name_ends(callee, "()");
}

bool fact_logs(struct py *py, int32_t call)
{
	const char *callee = py_callee(py, call);
	if (name_is(callee,
		    "print|logging.*|loguru.*|structlog.*|*.logger.*|traceback.print_exc|"
		    "*getLogger().*|logger.*|log.*|warnings.warn|sentry_sdk.*|pprint.pprint|"
		    "*capture_exception|*logger.exception")) {
		return !name_is(callee,
				"logging.getLogger|logging.basicConfig|logging.config.*|"
				"*Handler|logging.Formatter|*.get_logger|*.setLevel|*.addHandler");
	}
	int32_t function = syntax_child(py->tree, call, FIELD_FUNCTION);
	if (syntax_kind_of(py->tree, function) != SYN_ATTRIBUTE) {
		return false;
	}
	const char *method = py_text(py, syntax_child(py->tree, function, FIELD_ATTRIBUTE));
	const char *object = py_text(py, syntax_child(py->tree, function, FIELD_OBJECT));
	return name_is(method, "debug|info|warning|warn|error|exception|critical|log") &&
	       text_has_any(object, "log");
}

bool fact_response(const char *callee)
{
	return name_is(
		callee,
		"flask.jsonify|jsonify|*JSONResponse|*ORJSONResponse|*PlainTextResponse|*"
		"HTMLResponse|"
		"*Response|*.json_response|flask.make_response|*render_template|"
		"*render_template_string|*TemplateResponse|json.dumps|simplejson.dumps|dict|"
		"*HTTPException|*HTTPBadRequest|*HTTPInternalServerError|*.abort|flask.abort|"
		"tornado.web.HTTPError|*.HTTPError|*HTTPUnprocessableEntity|*HTTPServerError|"
		"werkzeug.exceptions.*|str|flask.Markup|ujson.dumps|orjson.dumps");
}
