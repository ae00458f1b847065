return {
	title = "1계층: 애플리케이션 개발",
	spec = { "STACK-1" },
	minutes = 22,
	summary = "프롬프트와 컨텍스트를 다듬고, 좋아졌다는 것을 증명합니다.",
	prerequisites = { "AI-12", "STACK-4" },

	steps = {
		text { id = "why", title = "좋아진 것 같은데요", body = "text/01-why.md" },
		text { id = "evaluation", title = "정답이 하나가 아닌 시험", body = "text/02-evaluation.md" },
		figure {
			id = "pairwise",
			title = "나란히 놓고 마흔 번",
			script = "figures/pairwise.lua",
			caption = "space로 한 번, **t**로 열 번 물어보세요. 열 번만 묻고 판정하면 몇 번이나 어긋나나요(**r**로 다른 평가자)? 참 확률을 50 %로, **b**로 버릇을 +20 %로 두고 마흔 번 물으면 무슨 일이 생기나요? "
				.. "**s**로 자리를 바꿔 가며 다시 물어보세요.",
		},
		text { id = "risk", title = "가장 나쁜 답까지", body = "text/03-risk.md" },
		checkpoint { id = "CP-STACK-1", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "두 평가자가 100개 가운데 85개에 같은 점수를 주었고, 우연히 같을 비율은 0.50입니다. κ는 얼마인가요?",
					answer = 0.7, tolerance = 0.001,
					explain = "(0.85 - 0.50) ÷ (1 - 0.50) = 0.70입니다.",
				},
				{
					id = "q2", kind = "choice",
					ask = "새 버전을 늘 왼쪽에 놓고 비교해 30승 10패를 얻었습니다. 무엇부터 해야 할까요?",
					choices = { "바로 내보낸다", "자리를 번갈아 바꾸어 다시 비교한다", "비교를 그만두고 점수를 매긴다", "옛 버전을 지운다" },
					answer = 2,
					explain = "왼쪽을 좋아하는 버릇이 새 버전의 승리로 적혔을 수 있습니다.",
				},
				{
					id = "q3", kind = "multiple",
					ask = "대화 메모리에 **남길 것**을 모두 고르세요.",
					choices = { "손님이 고쳐 말한 주문 번호", "고치기 전의 주문 번호", "방금 나눈 두 마디", "땅콩 알레르기가 있다는 말", "날씨가 좋다는 인사" },
					answer = { 1, 3, 4 },
					explain = "사실은 나중 값만, 최근의 말은 그대로. 인사는 흘려보내도 됩니다.",
				},
				{
					id = "q4", kind = "choice",
					ask = "참고할 문단을 두 배로 늘렸더니 답이 나빠졌습니다. 가장 그럴듯한 까닭은 무엇인가요?",
					choices = { "관련 없는 문단이 섞여 눈길을 빼앗았다", "모델의 가중치가 바뀌었다", "문단은 늘 많을수록 좋으니 우연이다", "기준표가 없어서이다" },
					answer = 1,
					explain = "컨텍스트는 길이가 아니라 고르기입니다.",
				},
				{
					id = "q5", kind = "order",
					ask = "지시문 하나를 바꾸고 내보내기까지의 차례로 놓으세요.",
					choices = { "시험지와 채점 기준을 만든다", "두 사람의 일치도를 잰다", "지시문 하나를 바꾼다", "이름을 가리고 자리를 바꿔 가며 비교한다", "위험한 질문을 모두 통과하는지 본다" },
					explain = "자를 먼저 만들고, 자가 믿을 만한지 보고, 그다음에 바꿉니다.",
				},
				{
					id = "q6", kind = "match",
					ask = "손잡이와 하는 일을 이어 보세요.",
					pairs = {
						{ "프롬프트", "무엇을 어떻게 하라고 적는다" },
						{ "컨텍스트 구성", "필요한 자료를 골라 넣는다" },
						{ "메모리 관리", "지난 대화를 간추려 넘긴다" },
						{ "인터페이스", "사람이 만나는 창구를 만든다" },
					},
					explain = "네 손잡이 모두 모델의 가중치를 바꾸지 않습니다.",
				},
				{
					id = "q7", kind = "short",
					ask = "두 답을 나란히 놓고 나은 쪽을 고르게 하는 평가를 무엇이라고 하나요?",
					accept = { "쌍대 비교", "쌍대비교", "pairwise", "pairwise comparison", "pairwise preference" },
					explain = "쌍대 비교(pairwise comparison)입니다.",
				},
			},
		},
		lab {
			id = "Lab-STACK-1",
			title = "좋아졌다는 것을 증명하기",
			goal = "labs/01/goal.md",
			folder = "labs/01",
			seconds = 60,
			memory_mb = 512,
			pass = "사람과의 κ 0.60 이상, 마흔 번 안에 나은 쪽 4/5, 절반의 토큰에 필요한 문단 0.9와 사실 0.9",
			predict = { question = "실력이 같은 두 버전을 40번 비교할 때, 한쪽이 28번 이상 이기는 일은 백 번에 몇 번쯤 생길까요?", unit = "번" },
			explain = "여러분의 팀에서 지시문을 바꿀 때 남길 표 한 줄을 적어 보세요. 어떤 칸이 있어야 다음 사람이 그 줄과 겨룰 수 있을까요?",
		},
	},

	further = {
		{ title = "AI 엔지니어링 vs ML 엔지니어링 (STACK-4)", note = "열린 답을 글자 일치로 재면 무슨 일이 생기는지 먼저 보세요." },
		{ title = "Cohen, A Coefficient of Agreement for Nominal Scales (1960)", note = "우연을 뺀 일치도, 카파를 처음 제안한 글입니다." },
		{ title = "Zheng 외, Judging LLM-as-a-Judge (2023)", note = "심판을 맡은 모델의 자리 버릇과 길이 버릇을 재었습니다." },
	},
}
