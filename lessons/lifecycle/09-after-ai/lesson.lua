return {
	title = "AI 이후의 고려 요소: UI/UX, 데이터 파이프라인, MLOps",
	spec = { "LC-9" },
	minutes = 18,
	summary = "모델을 화면과 장부와 벡터 색인에 잇고, 사람이 고친 것이 돌아오게 합니다.",
	prerequisites = { "AI-04" },

	steps = {
		text { id = "why", title = "믿으라는 건가요?", body = "text/01-why.md" },
		text { id = "screen", title = "알아차리게 하는 화면", body = "text/02-screen.md" },
		figure {
			id = "screens",
			title = "같은 예측, 다른 화면",
			script = "figures/screens.lua",
			caption = "←→로 다시 살펴볼 수 있는 건수를 바꾸어 보세요. 두 화면이 잡아낸 실수의 차이가 가장 큰 곳은 어디인가요? ↑↓로 문의를 넘기며 "
				.. "‘확실하지 않아요’가 붙은 것이 정말 더 자주 틀리는지 살펴보세요.",
		},
		text { id = "human", title = "손잡이와 피드백", body = "text/03-human.md" },
		text { id = "data", title = "두 가지 물음, 두 가지 곳간", body = "text/04-data.md" },
		figure {
			id = "amounts",
			title = "금액을 뜻으로 찾으면",
			script = "figures/amounts.lua",
			caption = "→로 대출 번호를 옮겨 가며 벡터가 첫째로 찾은 것이 맞는지 보세요. 틀릴 때 어떤 번호를 데려오나요?",
		},
		checkpoint { id = "CP-LC-9", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "multiple",
					ask = "사용자가 틀린 답을 **알아차리게** 돕는 것을 모두 고르세요.",
					choices = { "답 옆의 근거", "자신 있는 정도", "더 화려한 색", "“확실하지 않아요”라는 말", "답을 더 빨리 보여 주기" },
					answer = { 1, 2, 4 },
					explain = "근거와 불확실성이 있어야 의심할 곳이 보입니다.",
				},
				{
					id = "q2", kind = "choice",
					ask = "“3002번 대출의 잔액이 얼마죠?”에 답하려면 어디에서 찾아야 하나요?",
					choices = { "벡터 DB에서 가장 닮은 줄", "대출 장부에서 번호로", "분류 모델의 확률", "지난달 피드백" },
					answer = 2,
					explain = "금액은 비슷하면 안 됩니다. 번호로 정확히 그 줄을 찾습니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "길이가 1인 두 벡터 (0.6, 0.8)과 (0.8, 0.6)의 코사인은 얼마인가요?",
					answer = 0.96, tolerance = 0.001,
					explain = "0.6 × 0.8 + 0.8 × 0.6 = 0.96입니다.",
				},
				{
					id = "q4", kind = "choice",
					ask = "모델이 98 % 자신으로 1,500만 원 환급을 승인하려 합니다. 한도는 1,000만 원입니다. 어떻게 할까요?",
					choices = { "자신 있으니 그대로 승인한다", "사람에게 넘긴다", "확률을 100 %로 올린다", "무조건 거절한다" },
					answer = 2,
					explain = "자신 있게 틀리는 일이 있으니, 걸린 것이 크면 사람이 봅니다.",
				},
				{
					id = "q5", kind = "choice",
					ask = "피드백 가운데 다음 훈련에 **쓰면 안 되는** 것은?",
					choices = { "직원이 ‘예금’이라고 고쳐 준 문의", "아무도 손대지 않은 모델의 답을 정답으로 친 것", "같은 문의를 두 번 고친 것 가운데 나중 것", "손님이 확인해 준 답" },
					answer = 2,
					explain = "고치지 않았다고 맞은 것은 아닙니다. 자기 답을 배우면 실수가 굳습니다.",
				},
				{
					id = "q6", kind = "match",
					ask = "조각과 하는 일을 이어 보세요.",
					pairs = {
						{ "기존 DB", "번호로 정확한 값을 돌려준다" },
						{ "벡터 DB", "뜻이 가까운 글을 찾는다" },
						{ "피드백 저장소", "고친 답을 모은다" },
						{ "MLOps", "지켜보고 다시 훈련해 버전을 관리한다" },
					},
					explain = "넷이 나란히 일합니다.",
				},
				{
					id = "q7", kind = "order",
					ask = "고친 한 건이 모델을 낫게 하기까지의 순서를 놓아 보세요.",
					choices = { "자신 없는 답에 ‘확실하지 않아요’가 뜬다", "직원이 알아차리고 고친다", "입력과 고친 답이 저장된다", "옛 데이터와 섞어 다시 훈련한다", "지금 모델과 겨루어 이기면 올린다" },
					explain = "어느 하나라도 빠지면 내일 같은 실수를 또 고치게 됩니다.",
				},
			},
		},
		lab {
			id = "Lab-LC-9",
			title = "모델과 사람과 장부를 잇기",
			goal = "labs/9/goal.md",
			folder = "labs/9",
			seconds = 60,
			memory_mb = 512,
			pass = "끝에서 끝까지 p95 50ms 이하, 1초 넘게 지난 변경이 낡은 채 나온 것 0건, 고친 것을 배운 뒤 정확도 3점 이상 상승",
			predict = { question = "자신 없는 문의만 사람이 고쳐 주고 다시 훈련하면 0.7쯤이던 정확도가 얼마로 오를까요?", unit = "정확도 0~1" },
			explain = "장부의 금액을 벡터로 찾으면 안 되는 까닭을, 안내문을 장부에서 찾으면 안 되는 까닭과 견주어 설명해 보세요.",
		},
	},

	further = {
		{ title = "8. 유지보수 및 재학습 (LC-8)", note = "고친 것을 섞어 다시 훈련하고 겨루어 올리는 법입니다." },
		{ title = "모델 서빙과 로드 밸런싱 (B5)", note = "`mundap serve`로 모델을 HTTP로 내보내는 법을 배웁니다." },
		{ title = "용어집: 임베딩, 보정, 임계값, 꼬리 지연", note = "오늘 나온 말들입니다." },
		{ title = "Amershi 외, Guidelines for Human-AI Interaction (2019)", note = "사람과 AI가 만나는 화면의 원칙 열여덟 가지입니다." },
	},
}
