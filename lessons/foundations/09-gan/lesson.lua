return {
	title = "GAN ① 생성자와 판별자",
	spec = { "AI-09" },
	minutes = 16,
	summary = "위조범과 감식관의 겨루기로 없던 것을 만들어 내는 법을 배웁니다.",
	prerequisites = { "AI-03" },

	steps = {
		text { id = "why", title = "위조범과 감식관", body = "text/01-why.md" },
		text { id = "loop", title = "누가 무엇을 보나요", body = "text/02-loop.md" },
		text { id = "training", title = "번갈아 한 걸음씩", body = "text/03-training.md" },
		figure {
			id = "duel",
			title = "겨루기를 지켜보기",
			script = "figures/duel.lua",
			caption = "Space로 시작하세요. **d**로 판별자를 다섯 걸음 앞서게 하면 생성자의 움직임이 어떻게 달라지나요?",
		},
		checkpoint { id = "CP-AI-09", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "choice",
					ask = "생성자의 입력은 무엇인가요?",
					choices = { "진짜 이미지", "판별자의 답", "무작위 노이즈", "정답 라벨" },
					answer = 3,
					explain = "생성자는 진짜 데이터를 한 번도 보지 않습니다.",
				},
				{
					id = "q2", kind = "choice",
					ask = "판별자가 **진짜** 이미지를 가짜라고 잘못 판단했습니다. 그 순간 G-loss는 어떻게 되나요?",
					choices = { "줄어든다", "그대로다", "늘어난다", "음수가 된다" },
					answer = 2,
					explain = "G-loss의 식에는 진짜 데이터가 없습니다. 늘어난 것은 D-loss입니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "판별자가 진짜와 가짜에 모두 0.5를 줄 때 D-loss는 얼마인가요? (자연로그, 소수 둘째 자리까지)",
					answer = 1.386, tolerance = 0.01,
					explain = "-log 0.5 - log 0.5 = 0.693 × 2 = 1.386입니다.",
				},
				{
					id = "q4", kind = "order",
					ask = "한 바퀴의 훈련을 순서대로 놓으세요.",
					choices = { "진짜 한 묶음과 가짜 한 묶음을 판별자에게 보인다", "D-loss로 판별자만 고친다", "새 노이즈로 가짜를 만든다", "판별자를 지나온 기울기로 생성자만 고친다" },
					explain = "번갈아 고치는 것이 핵심입니다.",
				},
				{
					id = "q5", kind = "match",
					ask = "짝을 이어 보세요.",
					pairs = {
						{ "D-loss에 들어가는 것", "진짜와 가짜" },
						{ "G-loss에 들어가는 것", "가짜만" },
						{ "생성자가 배우는 통로", "판별자를 지나온 기울기" },
					},
					explain = "진짜의 생김새는 판별자를 거쳐 간접으로 전해집니다.",
				},
				{
					id = "q6", kind = "choice",
					ask = "판별자의 손실이 0에 가까울 때 생성자에게 생기는 일은 무엇인가요?",
					choices = { "가장 빨리 배운다", "진짜를 그대로 베낀다", "노이즈를 더 많이 받는다", "어느 쪽으로 고쳐야 할지 알려 주는 기울기가 거의 사라진다" },
					answer = 4,
					explain = "조금 바꾸어도 판별자의 답이 변하지 않으니 배울 것이 없습니다.",
				},
				{
					id = "q7", kind = "fill",
					ask = "생성자가 진짜를 직접 보지 않고 판별자의 기울기로 배우는 것을 ___ 피드백이라고 합니다.",
					accept = { "간접", "indirect" },
					explain = "간접 피드백(indirect feedback)입니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-09",
			title = "겨루기를 손으로",
			goal = "labs/09/goal.md",
			folder = "labs/09",
			seconds = 60,
			memory_mb = 512,
			pass = "G-loss는 진짜에 전혀 반응하지 않고 D-loss는 반응, 꼬리의 평균과 표준 편차가 0.2 이내",
			predict = { question = "진짜 데이터를 4만큼 옮기면 G-loss는 얼마나 변할까요?", unit = "손실의 변화" },
			explain = "생성자는 진짜를 본 적이 없는데 어떻게 평균 3에 다가갔나요?",
		},
	},

	further = {
		{ title = "GAN ② 한계와 변형 (AI-10)", note = "모드 붕괴를 일으켜 보고 고칩니다." },
		{ title = "Goodfellow 외, Generative Adversarial Networks (2014)", note = "이 생각을 처음 내놓은 글입니다." },
	},
}
