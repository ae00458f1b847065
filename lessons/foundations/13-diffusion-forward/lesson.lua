return {
	title = "Diffusion ① 노이즈를 더하는 길",
	spec = { "AI-13" },
	minutes = 15,
	summary = "그림이 노이즈가 되는 길을 한 줄의 식으로 건너뛰며, 모델이 배울 문제를 만듭니다.",
	prerequisites = { "AI-03" },

	steps = {
		text { id = "why", title = "물에 떨어뜨린 잉크 한 방울", body = "text/01-why.md" },
		text { id = "forward", title = "조금 줄이고, 조금 더하고", body = "text/02-forward.md" },
		figure {
			id = "scrub",
			title = "걸음을 앞뒤로 넘겨 보기",
			script = "figures/forward.lua",
			caption = "→로 노이즈를 더하고 ←로 되감아 보세요. **s**로 스케줄을 바꾸면 끝의 ᾱ가 어떻게 달라지나요?",
		},
		text { id = "schedule", title = "스케줄과 훈련 쌍", body = "text/03-schedule.md" },
		checkpoint { id = "CP-AI-13", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "순방향 과정에서 훈련으로 바뀌는 파라미터는 몇 개인가요?",
					answer = 0, tolerance = 0, unit = "개",
					explain = "스케줄은 사람이 정한 표이고 노이즈는 난수입니다.",
				},
				{
					id = "q2", kind = "numeric",
					ask = "β가 0.5, 0.5인 두 걸음 뒤의 ᾱ는 얼마인가요?",
					answer = 0.25, tolerance = 0.001,
					explain = "(1 - 0.5) × (1 - 0.5) = 0.25입니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "ᾱ = 0.8일 때 SNR은 얼마인가요?",
					answer = 4, tolerance = 0.01,
					explain = "0.8 ÷ 0.2 = 4입니다.",
				},
				{
					id = "q4", kind = "choice",
					ask = "노이즈를 더하면서 그림을 √(1 - β)로 줄이는 까닭은 무엇인가요?",
					choices = { "계산을 빠르게 하려고", "그림을 어둡게 하려고", "전체 분산이 1로 유지되게 하려고", "파라미터를 줄이려고" },
					answer = 3,
					explain = "(1 - β) + β = 1이므로 끝이 표준 정규 분포에 닿습니다.",
				},
				{
					id = "q5", kind = "order",
					ask = "훈련 쌍을 만드는 순서를 놓으세요.",
					choices = { "진짜 그림을 하나 고른다", "걸음 t를 무작위로 고른다", "노이즈 ε를 뽑는다", "닫힌 형태로 x_t를 계산한다", "모델에게 ε를 맞혀 보라고 한다" },
					explain = "정답 ε를 우리가 뽑았으니 라벨이 공짜로 생깁니다.",
				},
				{
					id = "q6", kind = "choice",
					ask = "생성할 때의 첫 입력은 무엇인가요?",
					choices = { "노이즈를 더한 진짜 그림", "표준 정규 노이즈", "모두 0인 그림", "가장 비슷한 훈련 그림" },
					answer = 2,
					explain = "정답 그림은 훈련할 때만 있습니다.",
				},
				{
					id = "q7", kind = "multiple",
					ask = "좋은 노이즈 스케줄의 조건을 모두 고르세요.",
					choices = { "끝의 ᾱ가 거의 0이다", "한 걸음에 다 섞는다", "SNR이 걸음마다 줄어든다", "한 걸음에 너무 많이 섞지 않는다" },
					answer = { 1, 3, 4 },
					explain = "되돌리기를 쉬운 문제들로 나누려면 중간 단계가 필요합니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-13",
			title = "한 걸음씩, 그리고 한 번에",
			goal = "labs/13/goal.md",
			folder = "labs/13",
			seconds = 30,
			memory_mb = 512,
			pass = "평균·분산 2 % 이내, SNR 계속 감소, 끝의 ᾱ 0.02 이하, KS 검정 p > 0.01",
			predict = { question = "β가 0.0001에서 0.08까지 고르게 커지는 100걸음 뒤, ᾱ는 얼마쯤일까요?", unit = "0~1" },
			explain = "순방향에 배울 것이 없다면, 이 과정은 왜 필요한가요?",
		},
	},

	further = {
		{ title = "Diffusion ② 노이즈를 걷어 내는 길 (AI-14)", note = "오늘 만든 훈련 쌍으로 모델을 훈련합니다." },
		{ title = "Ho 외, Denoising Diffusion Probabilistic Models (2020)", note = "오늘의 식이 담긴 글입니다." },
	},
}
