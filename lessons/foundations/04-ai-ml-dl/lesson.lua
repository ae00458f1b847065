return {
	title = "AI · ML · DL 개념 정리",
	spec = { "AI-04" },
	minutes = 14,
	summary = "세 낱말의 포함 관계를 그리고, 같은 문제를 세 방법으로 풀어 봅니다.",
	prerequisites = { "AI-03" },

	steps = {
		text { id = "circles", title = "세 겹의 동그라미", body = "text/01-circles.md" },
		text { id = "three-ways", title = "같은 문제, 세 가지 방법", body = "text/02-three-ways.md" },
		figure {
			id = "features",
			title = "사람이 지은 특징으로 어디까지 갈까요",
			script = "figures/features.lua",
			caption = "**x**와 **y**로 특징을 고르고 방향키로 견줄 두 숫자를 바꿔 보세요. 4와 9를 가장 잘 가르는 두 특징은 무엇인가요?",
		},
		text { id = "weak-strong", title = "지금의 AI는 어디까지 왔나요", body = "text/03-weak-strong.md" },
		checkpoint { id = "CP-AI-04", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "choice",
					ask = "규칙만으로 만든 체스 프로그램은 어디에 속하나요?",
					choices = { "AI가 아니다", "AI이지만 ML은 아니다", "ML이지만 DL은 아니다", "DL이다" },
					answer = 2,
					explain = "추론하고 판단하니 AI이지만, 데이터에서 배우지 않으니 ML은 아닙니다.",
				},
				{
					id = "q2", kind = "match",
					ask = "예와 동그라미를 이어 보세요. (가장 안쪽 이름으로)",
					pairs = {
						{ "정해진 순서로 답하는 챗봇", "AI" },
						{ "나이브 베이즈 스팸 필터", "ML" },
						{ "CNN 얼굴 인식", "DL" },
					},
					explain = "배우는지, 특징까지 스스로 짓는지를 차례로 물어보면 됩니다.",
				},
				{
					id = "q3", kind = "choice",
					ask = "딥러닝에서 자동으로 학습되는 것은 무엇인가요?",
					choices = { "정답 라벨", "훈련을 멈출 때", "층의 개수", "입력에서 뽑아낼 특징" },
					answer = 4,
					explain = "원재료에서 쓸모 있는 표현을 스스로 배웁니다. 표현 학습입니다.",
				},
				{
					id = "q4", kind = "order",
					ask = "안쪽에서 바깥쪽 동그라미의 순서로 놓으세요.",
					choices = { "딥러닝", "머신러닝", "인공지능" },
					explain = "AI ⊃ ML ⊃ DL입니다.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "지금의 챗봇을 강인공지능으로 보지 **않는** 까닭을 모두 고르세요.",
					choices = { "처음 보는 육체 작업을 배워서 해내지 못한다", "글을 지을 수 있다", "낯선 분야의 일을 스스로 배우러 나서지 않는다", "컴퓨터에서 돌아간다" },
					answer = { 1, 3 },
					explain = "한 분야에서 넓게 쓰이는 것과 어떤 일이든 배워 해내는 것은 다릅니다.",
				},
				{
					id = "q6", kind = "short",
					ask = "사람처럼 어떤 일이든 배워서 해내는, 아직 없는 인공지능을 무엇이라고 하나요? (영문 줄임말도 좋습니다)",
					accept = { "강인공지능", "AGI", "agi", "강한 인공지능", "강 인공지능" },
					explain = "강인공지능(AGI)입니다. 초인공지능(ASI)은 그보다 더 나아간, 이론 속의 단계입니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-04",
			title = "같은 문제를 세 방법으로",
			goal = "labs/04/goal.md",
			folder = "labs/04",
			seconds = 60,
			memory_mb = 1024,
			pass = "CNN이 세 특징 모델보다 0.20 이상 높음, 카드 20장 가운데 18장 이상",
			predict = { question = "사람이 지은 세 특징만으로는 정확도가 얼마쯤일까요?", unit = "정확도 0~1" },
			explain = "세 특징 모델이 놓친 것을 CNN은 어디에서 얻었나요?",
		},
	},

	further = {
		{ title = "CNN ① 합성곱 (AI-05)", note = "특징을 스스로 짓는 창을 손으로 만들어 봅니다." },
		{ title = "AI란 무엇인가 (AI-01)", note = "바깥 동그라미의 규칙 기반을 다시 볼 수 있습니다." },
	},
}
