return {
	title = "AI 엔지니어링 vs ML 엔지니어링: 3가지 핵심 차이점",
	spec = { "STACK-4" },
	minutes = 18,
	summary = "만들기에서 맞추기로, 작은 것에서 큰 것으로, 답안지가 있는 시험에서 없는 시험으로.",
	prerequisites = { "AI-12" },

	steps = {
		text { id = "why", title = "모델을 만들던 사람, 쓰는 사람", body = "text/01-why.md" },
		figure {
			id = "rulers",
			title = "같은 답, 두 개의 자",
			script = "figures/rulers.lua",
			caption = "↑↓로 답을 고르고 **n**으로 질문을 넘겨 보세요. 사람이 2점을 준 답에 글자 일치는 몇 점을 주나요? **t**로 닫힌 일을 보면 같은 자가 왜 거기에서는 잘 통하나요?",
		},
		text { id = "evaluation", title = "답안지가 없는 시험을 채점하기", body = "text/02-evaluation.md" },
		checkpoint { id = "CP-STACK-4", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "match",
					ask = "달라진 점과 알맞은 말을 이어 보세요.",
					pairs = {
						{ "모델을 만드는 대신", "고르고 맞춘다" },
						{ "모델이 커져서", "지연과 비용을 처음부터 잰다" },
						{ "답이 열려 있어서", "기준표와 비교로 잰다" },
					},
					explain = "세 가지 차이가 하는 일, 드는 것, 재는 법을 하나씩 바꿉니다.",
				},
				{
					id = "q2", kind = "multiple",
					ask = "**닫힌 형태**의 일을 모두 고르세요.",
					choices = { "영수증의 합계 금액 뽑기", "사과 편지 쓰기", "엑스선에 골절이 있는지 가리기", "제품 이름 짓기", "문장의 감정을 셋 중에서 고르기" },
					answer = { 1, 3, 5 },
					explain = "정답을 미리 적어 둘 수 있는 일입니다. 글을 내놓더라도 정답이 하나면 닫힌 일이지요.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "본문의 큰 모델(첫 글자 0.2초, 읽기 0.0002초, 쓰기 0.02초)이 1,000토큰을 읽고 50토큰을 쓰면 몇 초 걸리나요?",
					answer = 1.4, tolerance = 0.001, unit = "초",
					explain = "0.2 + 1,000 × 0.0002 + 50 × 0.02 = 0.2 + 0.2 + 1.0 = 1.4초입니다. 열에 일곱은 쓰는 시간입니다.",
				},
				{
					id = "q4", kind = "choice",
					ask = "모범 답안과 한 글자도 겹치지 않지만 뜻이 꼭 맞는 답이 글자 일치에서 0점을 받았습니다. 무엇을 고쳐야 할까요?",
					choices = { "답을 모범 답안처럼 쓰게 한다", "재는 자를 기준표로 바꾼다", "모범 답안을 지운다", "모델을 더 크게 한다" },
					answer = 2,
					explain = "답이 아니라 자가 맞지 않았습니다.",
				},
				{
					id = "q5", kind = "choice",
					ask = "지시문을 다듬는 동안 계속 들여다본 질문 30개로 새 지시문을 채점했습니다. 무엇이 문제인가요?",
					choices = { "질문이 너무 많다", "시험 문제를 보고 공부한 셈이다", "사람이 채점하지 않았다", "기준표가 없다" },
					answer = 2,
					explain = "따로 떼어 둔 질문으로 재야 합니다. 머신러닝의 원칙 그대로입니다.",
				},
				{
					id = "q6", kind = "short",
					ask = "무엇이 좋은 답인지 항목과 점수로 적어 둔 표를 영어로 무엇이라고 하나요?",
					accept = { "rubric", "루브릭" },
					explain = "기준표, 루브릭(rubric)입니다.",
				},
			},
		},
		lab {
			id = "Lab-STACK-4",
			title = "같은 답을 두 자로 재기",
			goal = "labs/04/goal.md",
			folder = "labs/04",
			seconds = 30,
			memory_mb = 256,
			pass = "좋은 답에서 글자 일치 0.3 이하와 기준표 0.8 이상, 카드 18/20, 지연과 요금 1e-9",
			predict = { question = "사람이 좋다고 한 답 스무 개 가운데 모범 답안과 글자가 같은 것은 몇 개일까요?", unit = "개" },
			explain = "여러분의 일에서 열린 일 하나를 골라, 기준표의 항목 셋과 '있으면 0점'인 말을 적어 보세요.",
		},
	},

	further = {
		{ title = "1계층: 애플리케이션 개발 (STACK-1)", note = "두 답을 나란히 놓고 비교하는 방법과 평가자의 일치도를 재어 봅니다." },
		{ title = "모델 맞춤화 (STACK-6)", note = "가중치를 바꾸지 않는 길과 바꾸는 길을 견줍니다." },
		{ title = "Chip Huyen, AI Engineering (2024)", note = "파운데이션 모델로 제품을 만드는 일을 폭넓게 다룬 책입니다." },
	},
}
