return {
	title = "Transformer ① Self-Attention과 위치",
	spec = { "AI-11" },
	minutes = 18,
	summary = "문장을 한꺼번에 펼쳐 놓고 서로에게 눈길을 보내는 계산을 손으로 합니다.",
	prerequisites = { "AI-08" },

	steps = {
		text { id = "why", title = "한꺼번에 펼쳐 놓고 보기", body = "text/01-why.md" },
		text { id = "qkv", title = "질문표, 이름표, 내용물", body = "text/02-qkv.md" },
		text { id = "position", title = "그런데 순서는 어디에 있나요", body = "text/03-position.md" },
		figure {
			id = "gaze",
			title = "눈길과 순서",
			script = "figures/gaze.lua",
			caption = "**s**로 낱말을 섞고 **p**로 위치 인코딩을 켜 보세요. 꺼져 있을 때 섞으면 차이가 정확히 0인 까닭은 무엇일까요?",
		},
		checkpoint { id = "CP-AI-11", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "match",
					ask = "도서관 비유를 이어 보세요.",
					pairs = {
						{ "쿼리", "내가 들고 간 질문표" },
						{ "키", "책등에 붙은 이름표" },
						{ "값", "책 속의 내용" },
					},
					explain = "질문표와 이름표가 맞는 만큼 내용을 가져옵니다.",
				},
				{
					id = "q2", kind = "numeric",
					ask = "세 낱말의 점수가 모두 같으면 각각의 어텐션 가중치는 얼마인가요? (소수 셋째 자리까지)",
					answer = 0.333, tolerance = 0.001,
					explain = "소프트맥스는 합이 1이므로 셋이 똑같이 나눠 1/3입니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "문장이 20낱말에서 60낱말로 길어지면 눈길의 수는 몇 배가 되나요?",
					answer = 9, tolerance = 0, unit = "배",
					explain = "길이가 3배면 n²은 9배입니다.",
				},
				{
					id = "q4", kind = "choice",
					ask = "위치 인코딩 없이 문장을 섞으면 각 낱말의 문맥 벡터는 어떻게 되나요?",
					choices = { "모두 0이 된다", "낱말마다 그대로이고 자리만 따라 옮겨진다", "첫 낱말만 달라진다", "무작위로 바뀐다" },
					answer = 2,
					explain = "계산 어디에도 몇 번째인지를 묻는 곳이 없기 때문입니다.",
				},
				{
					id = "q5", kind = "order",
					ask = "스케일드 내적 어텐션의 순서를 놓으세요.",
					choices = { "쿼리와 키를 내적한다", "√d로 나눈다", "소프트맥스로 비율을 만든다", "비율대로 값을 섞는다" },
					explain = "softmax(Q·Kᵀ ÷ √d)·V를 왼쪽부터 읽은 것입니다.",
				},
				{
					id = "q6", kind = "multiple",
					ask = "Transformer의 한 층에 들어 있는 것을 모두 고르세요.",
					choices = { "멀티 헤드 어텐션", "순환 셀", "피드포워드 층", "정규화와 지름길" },
					answer = { 1, 3, 4 },
					explain = "순환은 없습니다. 그래서 차례로 기다리지 않습니다.",
				},
				{
					id = "q7", kind = "choice",
					ask = "길이 100인 문장에서 차례로 기다려야 하는 걸음 수는 RNN과 셀프 어텐션이 각각 얼마인가요?",
					choices = { "100과 100", "1과 100", "100과 10,000", "100과 1" },
					answer = 4,
					explain = "RNN은 한 시점씩, 어텐션은 한꺼번에 계산합니다. 대신 어텐션은 전체 계산량이 n²입니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-11",
			title = "어텐션을 손으로 짜고, 순서를 빼앗아 보기",
			goal = "labs/11/goal.md",
			folder = "labs/11",
			seconds = 60,
			memory_mb = 1024,
			pass = "엔진과 차이 1e-5 이하, 위치 없으면 순서에 무관, 뒤집기 문제 위치 있음 0.98 이상 · 없음 0.70 이하",
			predict = { question = "위치 인코딩을 뺀 모델은 뒤집기 문제에서 한 자리를 얼마나 맞힐까요?", unit = "정확도 0~1" },
			explain = "위치 인코딩을 빼자 무엇을 알 수 없게 되었나요?",
		},
	},

	further = {
		{ title = "Transformer ② 인코더–디코더, 생성 (AI-12)", note = "어텐션으로 글을 짓는 모델을 만듭니다." },
		{ title = "Vaswani 외, Attention Is All You Need (2017)", note = "그림 1에서 어텐션 말고 무엇이 더 있는지 찾아보세요." },
	},
}
