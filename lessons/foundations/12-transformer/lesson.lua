return {
	title = "Transformer ② 인코더–디코더, 생성, 할루시네이션",
	spec = { "AI-12" },
	minutes = 18,
	summary = "읽는 모델과 쓰는 모델의 차이, 확률로 쓰는 글의 힘과 위험을 봅니다.",
	prerequisites = { "AI-11" },

	steps = {
		text { id = "why", title = "읽는 모델과 쓰는 모델", body = "text/01-why.md" },
		text { id = "causal", title = "한 토큰씩, 왼쪽만 보고", body = "text/02-causal.md" },
		figure {
			id = "next",
			title = "다음 낱말 고르기",
			script = "figures/next.lua",
			caption = "→로 한 낱말씩 이어 써 보세요. 스무 문장만 읽은 작은 모델이라 속이 다 보입니다. 온도를 낮추면 거짓 문장이 사라지나요?",
		},
		text { id = "hallucination", title = "그럴듯한 거짓말", body = "text/03-hallucination.md" },
		checkpoint { id = "CP-AI-12", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "match",
					ask = "모델과 하는 일을 이어 보세요.",
					pairs = {
						{ "인코더 (BERT)", "양쪽을 보고 글의 뜻을 파악한다" },
						{ "디코더 (GPT)", "왼쪽만 보고 이어 쓴다" },
						{ "인코더–디코더 (T5)", "다 듣고 나서 다른 글로 옮긴다" },
					},
					explain = "어느 쪽을 볼 수 있게 하느냐가 쓰임을 가릅니다.",
				},
				{
					id = "q2", kind = "choice",
					ask = "인과 마스크가 하는 일은 무엇인가요?",
					choices = { "긴 문장을 자른다", "틀린 토큰을 지운다", "문장을 섞는다", "자기보다 오른쪽에 있는 토큰을 보지 못하게 한다" },
					answer = 4,
					explain = "훈련할 때 정답을 훔쳐보지 못하게 합니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "점수가 모두 같고 인과 마스크가 있을 때, 다섯 번째 토큰이 첫 번째 토큰에 보내는 어텐션 가중치는 얼마인가요?",
					answer = 0.2, tolerance = 0.001,
					explain = "자기까지 다섯 개에 똑같이 나누니 1 ÷ 5 = 0.2입니다.",
				},
				{
					id = "q4", kind = "choice",
					ask = "온도를 0에 가깝게 낮추면 할루시네이션은 어떻게 되나요?",
					choices = { "완전히 사라진다", "가장 확률 높은 답이 틀렸다면 늘 똑같이 틀린다", "반드시 늘어난다", "모델이 기권한다" },
					answer = 2,
					explain = "온도는 다양함의 손잡이이지 정직함의 손잡이가 아닙니다.",
				},
				{
					id = "q5", kind = "order",
					ask = "확률이 0.45, 0.30, 0.15, 0.10인 네 후보에서 top-p 0.7로 고르는 과정을 놓으세요.",
					choices = { "확률이 큰 것부터 늘어놓는다", "0.45를 더한다", "0.30을 더해 0.75가 되니 멈춘다", "남은 두 후보의 확률을 다시 나눈다", "그 가운데 하나를 뽑는다" },
					explain = "엉뚱한 꼬리를 잘라 낸 다음 뽑습니다.",
				},
				{
					id = "q6", kind = "multiple",
					ask = "할루시네이션을 줄이는 방법을 모두 고르세요.",
					choices = { "믿을 만한 글을 찾아 근거로 준다", "근거가 없으면 기권하게 한다", "온도를 높인다", "낸 답을 근거와 다시 맞춰 본다" },
					answer = { 1, 2, 4 },
					explain = "온도를 높이면 더 들쭉날쭉해질 뿐입니다.",
				},
				{
					id = "q7", kind = "choice",
					ask = "디코더에 대해 맞는 말은 무엇인가요?",
					choices = { "훈련은 한꺼번에, 생성은 한 토큰씩 한다", "훈련도 생성도 한 토큰씩 한다", "훈련도 생성도 한꺼번에 한다", "훈련은 한 토큰씩, 생성은 한꺼번에 한다" },
					answer = 1,
					explain = "훈련에는 정답 문장이 있으니 마스크만 씌우면 한꺼번에 계산할 수 있습니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-12",
			title = "왼쪽만 보고, 확률로 고르고, 기권하기",
			goal = "labs/12/goal.md",
			folder = "labs/12",
			seconds = 30,
			memory_mb = 512,
			pass = "미래를 바꿔도 과거의 가중치 변화 1e-6 이하, 확률 일치, 근거 없는 단정 0.2 이하 · 맞는 답 0.9 이상",
			predict = { question = "언제나 그럴듯하게 답하는 모델은, 답할 수 없는 물음의 몇 %에 답할까요?", unit = "%" },
			explain = "온도를 0으로 낮추는 것과 근거를 찾지 못하면 기권하는 것은 무엇이 다른가요?",
		},
	},

	further = {
		{ title = "모델 맞춤화: 프롬프트와 파인튜닝 (STACK-6)", note = "큰 모델을 내 일에 맞추는 두 길을 견줍니다." },
		{ title = "Devlin 외, BERT (2018) · Radford 외, Language Models are Unsupervised Multitask Learners (2019)", note = "읽는 모델과 쓰는 모델의 대표 글입니다." },
	},
}
