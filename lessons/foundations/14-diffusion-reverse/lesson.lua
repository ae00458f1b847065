return {
	title = "Diffusion ② 노이즈를 걷어 내는 길",
	spec = { "AI-14" },
	minutes = 17,
	summary = "노이즈를 맞히는 모델로 한 걸음씩 걷어 내며 그림을 만듭니다.",
	prerequisites = { "AI-13" },

	steps = {
		text { id = "why", title = "안개를 걷어 내는 사람", body = "text/01-why.md" },
		text { id = "sampling", title = "훈련과 생성은 출발점이 다릅니다", body = "text/02-sampling.md" },
		figure {
			id = "reverse",
			title = "한 걸음씩 걷어 내기",
			script = "figures/reverse.lua",
			caption = "→로 한 걸음씩 걷고 ←로 되감아 보세요. **s**로 걸음 수를 2까지 줄이면 진짜 반달과의 거리는 어떻게 되나요?",
		},
		text { id = "compare", title = "조건, 그리고 GAN과의 비교", body = "text/03-compare.md" },
		checkpoint { id = "CP-AI-14", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "choice",
					ask = "확산 모델의 신경망이 내놓는 것은 무엇인가요?",
					choices = { "완성된 그림", "섞여 있는 노이즈의 예측", "다음 걸음의 β", "진짜일 확률" },
					answer = 2,
					explain = "출력은 그림이 아니라 노이즈입니다.",
				},
				{
					id = "q2", kind = "match",
					ask = "출발점을 이어 보세요.",
					pairs = {
						{ "훈련할 때", "진짜 그림" },
						{ "생성할 때", "무작위 노이즈" },
						{ "조건부 생성에 더 주는 것", "글이나 라벨" },
					},
					explain = "훈련과 생성의 출발점을 섞어 쓰지 않는 것이 중요합니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "ᾱ = 0.64, x_t = 1.4, 예측한 노이즈가 1.0일 때 짐작한 x₀는 얼마인가요?",
					answer = 1, tolerance = 0.001,
					explain = "(1.4 - 0.6·1.0) ÷ 0.8 = 0.8 ÷ 0.8 = 1입니다.",
				},
				{
					id = "q4", kind = "numeric",
					ask = "50걸음으로 그림 20장을 따로따로 만들면 신경망을 모두 몇 번 부르나요?",
					answer = 1000, tolerance = 0, unit = "번",
					explain = "50 × 20 = 1,000번입니다. GAN이라면 20번이지요.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "GAN과 견준 확산 모델의 특징을 모두 고르세요.",
					choices = { "훈련이 안정적이다", "생성이 더 빠르다", "모드 붕괴가 적다", "정답 있는 예측 문제로 훈련한다" },
					answer = { 1, 3, 4 },
					explain = "생성은 걸음마다 모델을 불러야 해서 느립니다.",
				},
				{
					id = "q6", kind = "order",
					ask = "DDIM의 한 걸음을 순서대로 놓으세요.",
					choices = { "모델이 섞인 노이즈를 예측한다", "예측한 노이즈로 x₀를 짐작한다", "한 단계 덜한 노이즈를 도로 섞는다", "다음 걸음으로 넘어간다" },
					explain = "짐작한 x₀를 바로 답으로 내지 않고 도로 섞는 것이 핵심입니다.",
				},
				{
					id = "q7", kind = "choice",
					ask = "가이던스 w를 크게 하면 어떻게 되나요?",
					choices = { "조건을 더 따르고 다양함이 준다", "걸음 수가 준다", "조건을 무시한다", "훈련이 빨라진다" },
					answer = 1,
					explain = "조건이 있을 때와 없을 때의 차이를 키우기 때문입니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-14",
			title = "노이즈를 걷어 내기: 반달과 숫자",
			goal = "labs/14/goal.md",
			folder = "labs/14",
			seconds = 120,
			memory_mb = 1024,
			pass = "50걸음의 거리 0.08 이하, 2걸음은 3배 이상, 원하는 숫자를 심판이 0.90 이상 알아봄",
			predict = { question = "걸음을 50에서 2로 줄이면 진짜 반달과의 거리는 몇 배가 될까요?", unit = "배" },
			explain = "훈련은 무엇에서, 생성은 무엇에서 출발했나요? 매 걸음 무엇을 예측했나요?",
		},
	},

	further = {
		{ title = "GAN ① (AI-09)", note = "한 번에 만들어 내는 다른 길과 견주어 보세요." },
		{ title = "Song 외, Denoising Diffusion Implicit Models (2020)", note = "걸음을 줄이는 방법이 담긴 글입니다." },
		{ title = "Ho · Salimans, Classifier-Free Diffusion Guidance (2022)", note = "조건 있는 예측과 없는 예측의 차이를 키우는 방법입니다." },
	},
}
