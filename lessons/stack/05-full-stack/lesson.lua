return {
	title = "AI 엔지니어링과 풀스택의 융합, 생태계",
	spec = { "STACK-5" },
	minutes = 21,
	summary = "모델 없이 먼저 내놓고, 사람의 행동을 재고, 구간을 보고 투자합니다.",
	prerequisites = { "AI-12", "STACK-1" },

	steps = {
		text { id = "why", title = "이틀 만에 나온 화면", body = "text/01-why.md" },
		figure {
			id = "search",
			title = "모델 없는 도우미",
			script = "figures/search.lua",
			caption = "**n**으로 질문을 넘기며 검색이 맞힌 것과 놓친 것을 보세요. 놓친 질문은 왜 놓쳤을까요? **m**으로 찾는 방법을 바꾸면 몇 개를 더 맞히나요?",
		},
		text { id = "decide", title = "무엇을 보고 돈을 쓸까요", body = "text/02-decide.md" },
		figure {
			id = "sessions",
			title = "구간이 본전을 넘을 때까지",
			script = "figures/decide.lua",
			caption = "→로 손님을 늘리고 ↑↓로 참 효과를 바꿔 보세요. 평균은 본전을 넘는데 규칙은 '더 시험'이라고 하는 때를 찾아보세요. **r**로 다른 손님들을 불러도 정하는 것이 같은가요?",
		},
		text { id = "people", title = "누가 이 모든 것을 할까요", body = "text/03-people.md" },
		checkpoint { id = "CP-STACK-5", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "order",
					ask = "'제품 먼저'의 차례로 놓으세요.",
					choices = { "검색으로 시제품을 만든다", "투자할 기준을 적어 둔다", "손님이 써 보게 하고 지표를 잰다", "구간이 기준을 넘는지 본다", "데이터를 모아 모델을 학습한다" },
					explain = "큰돈이 드는 일이 맨 뒤에 있습니다. 기준은 재기 전에 적습니다.",
				},
				{
					id = "q2", kind = "choice",
					ask = "본전이 1분인데 아낀 시간이 평균 1.3분, 구간이 0.6~2.0분입니다. 규칙대로라면?",
					choices = { "투자한다", "접는다", "더 시험한다", "바로 출시한다" },
					answer = 3,
					explain = "구간이 본전을 걸치고 있습니다. 평균만 보고 정하지 않습니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "서른 명의 아낀 시간이 평균 2.0분, 표준 편차 1.5분입니다. 95 % 구간의 반폭은 2.045 × 1.5 ÷ √30입니다. 몇 분인가요? (소수 둘째 자리)",
					answer = 0.56, tolerance = 0.006, unit = "분",
					explain = "2.045 × 1.5 ÷ 5.477 = 0.56분입니다. 구간은 1.44~2.56분이지요.",
				},
				{
					id = "q4", kind = "multiple",
					ask = "**사용자 지표**를 모두 고르세요.",
					choices = { "다음 주에 다시 쓴 비율", "모델의 검증 정확도", "질문이 해결된 비율", "GPU 활용률", "답을 찾는 데 걸린 시간" },
					answer = { 1, 3, 5 },
					explain = "사람이 무엇을 했는지를 세는 값입니다. 정확도와 활용률은 모델과 장비의 값이지요.",
				},
				{
					id = "q5", kind = "choice",
					ask = "시제품의 지표가 기준을 넘었습니다. 출시 전에 **꼭** 해야 할 일은 무엇인가요?",
					choices = { "이름을 멋지게 짓는다", "위험한 질문과 한 달 비용을 재어 본다", "모델을 두 배로 키운다", "지표를 하나 더 만든다" },
					answer = 2,
					explain = "동료 서른 명과 손님 만 명은 다릅니다. 안전과 비용은 그 사이에서 잽니다.",
				},
				{
					id = "q6", kind = "match",
					ask = "모델의 자리에 임시로 앉힌 것과 알 수 있는 것을 이어 보세요.",
					pairs = {
						{ "검색", "답이 자료 안에 있는가" },
						{ "뒤에서 사람이 대신 답하기", "완벽하게 답해도 쓰는가" },
						{ "규칙 몇 줄", "질문의 절반이 같은 몇 가지인가" },
					},
					explain = "싼 것으로 먼저 물어볼 수 있는 것이 많습니다.",
				},
				{
					id = "q7", kind = "short",
					ask = "브라우저 안에서 모델을 돌리는 자바스크립트 도구의 이름은 무엇인가요?",
					accept = { "Transformers.js", "transformers js", "transformersjs" },
					explain = "Transformers.js입니다. 자료가 기기를 떠나지 않는다는 장점이 있습니다.",
				},
			},
		},
		lab {
			id = "Lab-STACK-5",
			title = "시제품으로 먼저 재고, 숫자로 정하기",
			goal = "labs/05/goal.md",
			folder = "labs/05",
			seconds = 60,
			memory_mb = 512,
			pass = "검색이 0.5 이상 한 번에 찾기, 구간이 18/20번 참을 담기, 규칙대로 정하기 5/6",
			predict = { question = "학습 없이 글자 짝만 견주는 검색은 질문 열 개 가운데 몇 개를 한 번에 맞힐까요?", unit = "개" },
			explain = "여러분이 만들고 싶은 AI 제품 하나를 골라, 모델 없이 이틀 안에 확인할 수 있는 것과 투자할 기준 한 문장을 적어 보세요.",
		},
	},

	further = {
		{ title = "1계층: 애플리케이션 개발 (STACK-1)", note = "좋아졌다는 것을 증명하는 도구들을 만들어 봅니다." },
		{ title = "AI 엔지니어링 vs ML 엔지니어링 (STACK-4)", note = "큰 모델의 비용과 지연을 재는 표가 있습니다." },
		{ title = "Eric Ries, The Lean Startup (2011)", note = "만들고, 재고, 배우는 고리를 짧게 하는 생각의 뿌리입니다." },
	},
}
