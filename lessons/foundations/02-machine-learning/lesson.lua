return {
	title = "머신러닝의 등장: 데이터에서 배우기",
	spec = { "AI-02" },
	minutes = 16,
	summary = "스팸 문자를 세어 규칙을 스스로 찾게 하고, 말투가 바뀌면 다시 훈련합니다.",
	prerequisites = { "AI-01" },

	steps = {
		text { id = "why", title = "스팸 문자와의 숨바꼭질", body = "text/01-why.md" },
		text { id = "bayes", title = "낱말 세기만으로 배우는 법", body = "text/02-bayes.md" },
		figure {
			id = "bayes-figure",
			title = "낱말의 점수가 쌓이는 모습",
			script = "figures/bayes.lua",
			caption = "→로 낱말을 짚고 **m**으로 받은 달을, **t**로 배운 달을 바꿔 보세요. **l**은 라벨을 일부러 틀리게 붙입니다. "
				.. "라벨의 40 %가 틀렸을 때, 문자를 1,000통으로 늘리면 어디까지 회복되나요?",
		},
		text { id = "limits", title = "달이 바뀌면", body = "text/03-limits.md" },
		checkpoint { id = "CP-AI-02", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "match",
					ask = "주는 것과 받는 것을 이어 보세요.",
					pairs = {
						{ "규칙 기반에 사람이 주는 것", "규칙" },
						{ "머신러닝에 사람이 주는 것", "데이터와 정답" },
						{ "머신러닝이 내놓는 것", "규칙 노릇을 하는 모델" },
					},
					explain = "규칙과 데이터의 자리가 바뀐 것이 가장 큰 전환입니다.",
				},
				{
					id = "q2", kind = "numeric",
					ask = "스팸 4통 중 2통, 정상 6통 중 1통에 '상담'이 나왔습니다. 한 번씩 더 본 셈 치면 스팸에서 나올 비율은 정상에서 나올 비율의 몇 배인가요?",
					answer = 2, tolerance = 0.01, unit = "배",
					explain = "(2+1)÷(4+2) = 0.5, (1+1)÷(6+2) = 0.25이므로 2배입니다. 점수는 log 2 = 0.69이지요.",
				},
				{
					id = "q3", kind = "choice",
					ask = "모든 낱말을 한 번씩 더 본 셈 치는 까닭은 무엇인가요?",
					choices = { "계산을 빠르게 하려고", "스팸을 더 많이 막으려고", "본 적 없는 낱말 하나가 답을 무한대로 끌고 가지 않게 하려고", "라벨이 틀린 것을 바로잡으려고" },
					answer = 3,
					explain = "적은 데이터에서 '한 번도 없었다'를 '절대 없다'로 읽지 않기 위해서입니다.",
				},
				{
					id = "q4", kind = "numeric",
					ask = "스팸 20통 가운데 15통을 잡았고, 정상 5통을 잘못 막았습니다. F1은 얼마인가요?",
					answer = 0.75, tolerance = 0.005,
					explain = "정밀도 15÷20 = 0.75, 재현율 15÷20 = 0.75이니 F1도 0.75입니다.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "머신러닝에서 **사람이 정하는 것**을 모두 고르세요.",
					choices = { "어떤 특징을 볼지", "낱말마다의 점수", "정답 라벨", "무엇으로 평가할지" },
					answer = { 1, 3, 4 },
					explain = "낱말마다의 점수는 데이터에서 배웁니다. 나머지는 사람의 설계입니다.",
				},
				{
					id = "q6", kind = "choice",
					ask = "훈련에 쓴 문자로 시험을 보면 안 되는 까닭은 무엇인가요?",
					choices = { "시간이 오래 걸려서", "외운 것인지 일반화한 것인지 알 수 없어서", "스팸이 너무 적어서", "정밀도를 계산할 수 없어서" },
					answer = 2,
					explain = "본 적 없는 것에도 통하는지를 보아야 합니다.",
				},
				{
					id = "q7", kind = "predict",
					ask = "다음 코드는 무엇을 찍을까요?",
					code = "local seen = {}\nfor _, word in ipairs { \"무료\", \"회의\", \"무료\" } do\n  seen[word] = (seen[word] or 0) + 1\nend\nprint(seen[\"무료\"], seen[\"스팸\"])",
					choices = { "1 nil", "2 0", "2 nil", "오류" },
					answer = 3,
					explain = "두 번 나온 낱말은 2가 되고, 본 적 없는 낱말은 nil입니다. 그래서 `or 0`이 필요하지요.",
				},
			},
		},
		lab {
			id = "Lab-AI-02",
			title = "스팸 거르기: 규칙과 학습",
			goal = "labs/02/goal.md",
			folder = "labs/02",
			seconds = 30,
			memory_mb = 512,
			pass = "1월 F1 0.95 이상, 2월에 규칙은 0.15 이상 하락, 다시 훈련한 모델은 0.03 이내",
			predict = { question = "1월에 만든 규칙은 2월 문자에서 F1이 얼마일까요?", unit = "F1 0~1" },
			explain = "규칙을 고치는 일과 다시 훈련하는 일은 드는 수고가 어떻게 다른가요?",
		},
	},

	further = {
		{ title = "AI란 무엇인가 (AI-01)", note = "규칙 기반의 힘과 벽을 다시 볼 수 있습니다." },
		{ title = "데이터 수집 및 이해 (LC-2)", note = "라벨이 틀렸을 때 점수가 얼마나 떨어지는지 더 깊이 잽니다." },
		{ title = "Sahami 외, A Bayesian Approach to Filtering Junk E-mail (1998)", note = "스팸을 세어서 거르던 초기의 글입니다." },
	},
}
