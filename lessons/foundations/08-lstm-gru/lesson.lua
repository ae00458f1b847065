return {
	title = "RNN ② 한계와 LSTM · GRU",
	spec = { "AI-08" },
	minutes = 17,
	summary = "먼 과거의 신호가 사라지는 까닭을 재고, 덧셈 길과 게이트로 고칩니다.",
	prerequisites = { "AI-07" },

	steps = {
		text { id = "why", title = "첫 낱말이 마흔 번째 낱말을 정할 때", body = "text/01-why.md" },
		text { id = "lstm", title = "덧셈으로 이어지는 고속도로", body = "text/02-lstm.md" },
		figure {
			id = "signal",
			title = "신호는 어디까지 닿을까요",
			script = "figures/signal.lua",
			caption = "**c**로 셀을 바꾸고 →로 길이를 늘려 보세요. 같은 LSTM인데 망각 편향만 다르면 첫 시점의 막대가 어떻게 달라지나요? "
				.. "↑로 W_h를 키우면 기본 RNN은 무엇을 겪나요?",
		},
		text { id = "gru", title = "GRU와 남는 한계", body = "text/03-gru.md" },
		checkpoint { id = "CP-AI-08", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "한 걸음마다 0.8이 곱해지는 신호는 5걸음 뒤에 처음의 몇 배가 되나요? (소수 셋째 자리에서 반올림)",
					answer = 0.33, tolerance = 0.006, unit = "배",
					explain = "0.8을 다섯 번 곱하면 0.328입니다. 40걸음이면 0.0001쯤이지요.",
				},
				{
					id = "q2", kind = "choice",
					ask = "학습률을 열 배로 올리면 첫 시점과 마지막 시점의 기울기 비율은 어떻게 되나요?",
					choices = { "열 배가 된다", "백 배가 된다", "그대로다", "1에 가까워진다" },
					answer = 3,
					explain = "모든 시점이 똑같이 커지므로 비율은 그대로입니다. 소실은 풀리지 않습니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "LSTM에서 f = 0.5, 조금 전 장부 4, i = 1, g = -1입니다. 새 장부 c는 얼마인가요?",
					answer = 1, tolerance = 0.001,
					explain = "0.5·4 + 1·(-1) = 1입니다.",
				},
				{
					id = "q4", kind = "match",
					ask = "게이트와 하는 일을 이어 보세요.",
					pairs = {
						{ "망각 게이트", "장부의 옛 내용을 얼마나 남길지" },
						{ "입력 게이트", "새 내용을 얼마나 적을지" },
						{ "출력 게이트", "장부를 얼마나 꺼내 보일지" },
						{ "업데이트 게이트(GRU)", "옛 공책을 얼마나 그대로 둘지" },
					},
					explain = "GRU의 업데이트 게이트는 망각과 입력을 하나로 묶은 것입니다.",
				},
				{
					id = "q5", kind = "choice",
					ask = "망각 편향을 0이 아니라 3으로 두고 시작하는 까닭은 무엇인가요?",
					choices = { "훈련을 빨리 끝내려고", "처음부터 장부를 거의 그대로 남겨, 먼 과거까지 신호가 닿게 하려고", "출력을 3배로 키우려고", "과적합을 막으려고" },
					answer = 2,
					explain = "시그모이드(3) = 0.953에서 출발하면 마흔 번 곱해도 0.14가 남습니다.",
				},
				{
					id = "q6", kind = "multiple",
					ask = "기울기 **폭주**에 대한 설명으로 맞는 것을 모두 고르세요.",
					choices = { "한 걸음에 곱해지는 수가 1보다 클 때 생긴다", "클리핑으로 다스릴 수 있다", "층이 하나면 절대 생기지 않는다", "손실이 갑자기 튀거나 NaN이 된다" },
					answer = { 1, 2, 4 },
					explain = "시점이 길면 층이 하나여도 생깁니다. 같은 셀을 여러 번 지나니까요.",
				},
				{
					id = "q7", kind = "predict",
					ask = "다음 코드는 무엇을 찍을까요?",
					code = "local c = 1\nfor t = 1, 3 do\n  local f, i, g = 1, 0, 9\n  c = f * c + i * g\nend\nprint(c)",
					accept = { "1" },
					explain = "망각 게이트가 1, 입력 게이트가 0이면 장부는 아무리 지나도 그대로입니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-08",
			title = "덧셈 길을 손으로: LSTM으로 40걸음 기억하기",
			goal = "labs/08/goal.md",
			folder = "labs/08",
			seconds = 60,
			memory_mb = 1024,
			pass = "셀 오차 1e-5 이하, 기울기 비율 LSTM 0.1 이상 · RNN 1e-6 이하, 정확도 LSTM 0.95 이상 · RNN 0.40 이하",
			predict = { question = "망각 편향을 3으로 둔 LSTM은 40걸음 전의 기호를 얼마나 맞힐까요? (네 가지 기호)", unit = "정확도 0~1" },
			explain = "망각 편향 하나를 바꾸었을 뿐인데 왜 배울 수 있게 되었나요?",
		},
	},

	further = {
		{ title = "Transformer ① Self-Attention (AI-11)", note = "차례로 읽지 않고 한꺼번에 보는 길로 이어집니다." },
		{ title = "Hochreiter · Schmidhuber, Long Short-Term Memory (1997)", note = "LSTM을 제안한 글입니다." },
		{ title = "Jozefowicz 외, An Empirical Exploration of Recurrent Network Architectures (2015)", note = "망각 편향의 효과를 잰 글입니다." },
	},
}
