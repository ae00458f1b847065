return {
	title = "GAN ② 한계와 변형",
	spec = { "AI-10" },
	minutes = 16,
	summary = "모드 붕괴를 일으켜 보고, WGAN-GP와 DCGAN, StyleGAN의 처방을 배웁니다.",
	prerequisites = { "AI-09" },

	steps = {
		text { id = "collapse", title = "한 가지 요리만 내는 식당", body = "text/01-collapse.md" },
		text { id = "wgan", title = "흙더미를 옮기는 거리", body = "text/02-wgan.md" },
		figure {
			id = "ring",
			title = "무너뜨리고, 고치기",
			script = "figures/ring.lua",
			caption = "Space로 훈련하고 **m**으로 WGAN-GP로 바꿔 보세요. 손실 숫자만 보았다면 모드 붕괴를 알아차렸을까요?",
		},
		text { id = "family", title = "구조로 고친 사람들", body = "text/03-family.md" },
		checkpoint { id = "CP-AI-10", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "choice",
					ask = "생성자가 숫자 1만 완벽하게 그립니다. G-loss는 어떨까요?",
					choices = { "반드시 높다", "낮을 수 있다", "계산할 수 없다", "음수다" },
					answer = 2,
					explain = "판별자는 한 장씩 보므로 다양함을 모릅니다.",
				},
				{
					id = "q2", kind = "numeric",
					ask = "봉우리 8개 가운데 6곳에 표본이 떨어졌습니다. 모드 커버리지를 비율로 쓰면 얼마인가요?",
					answer = 0.75, tolerance = 0.001,
					explain = "6 ÷ 8 = 0.75입니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "기울기의 크기가 0.8일 때 기울기 벌점 10·(|기울기| - 1)²은 얼마인가요?",
					answer = 0.4, tolerance = 0.001,
					explain = "10 × 0.04 = 0.4입니다. 1보다 작아도 벌을 받습니다.",
				},
				{
					id = "q4", kind = "match",
					ask = "변형과 처방을 이어 보세요.",
					pairs = {
						{ "DCGAN", "합성곱과 전치 합성곱" },
						{ "WGAN", "바서슈타인 거리와 비평자" },
						{ "WGAN-GP", "기울기 벌점" },
						{ "StyleGAN", "층마다의 스타일 변조" },
					},
					explain = "앞의 것은 구조를, WGAN은 거리를, StyleGAN은 조절을 고쳤습니다.",
				},
				{
					id = "q5", kind = "choice",
					ask = "WGAN의 비평자가 내놓는 것은 무엇인가요?",
					choices = { "진짜일 확률", "0 또는 1", "제한 없는 점수", "모드의 개수" },
					answer = 3,
					explain = "음수도 되고 1보다 클 수도 있습니다.",
				},
				{
					id = "q6", kind = "multiple",
					ask = "모드 붕괴를 알아차리려면 무엇을 보아야 하나요?",
					choices = { "여러 번 뽑은 표본의 다양함", "G-loss 하나", "모드 커버리지", "심판 모델이 가려낸 종류별 비율" },
					answer = { 1, 3, 4 },
					explain = "손실 하나로는 보이지 않습니다.",
				},
				{
					id = "q7", kind = "numeric",
					ask = "4×4 특징 맵을 보폭 2의 전치 합성곱으로 세 번, 매번 두 배로 키우면 한 변은 몇 칸인가요?",
					answer = 32, tolerance = 0, unit = "칸",
					explain = "4 → 8 → 16 → 32입니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-10",
			title = "무너뜨리고, 고치기",
			goal = "labs/10/goal.md",
			folder = "labs/10",
			seconds = 120,
			memory_mb = 1024,
			pass = "균형을 깬 GAN은 봉우리 4개 이하, WGAN-GP는 7개 이상에 좋은 표본 0.60 이상, 커버리지 일치",
			predict = { question = "균형을 깬 보통 GAN은 봉우리 여덟 개 가운데 몇 개를 낼까요?", unit = "개" },
			explain = "두 모델의 손실 그림만 보았다면 어느 쪽이 무너졌는지 알 수 있었을까요?",
		},
	},

	further = {
		{ title = "GAN ① (AI-09)", note = "두 손실의 식이 가물가물하다면 다시 보세요." },
		{ title = "Diffusion ① (AI-13)", note = "겨루지 않고 만드는 다른 길입니다." },
		{ title = "Gulrajani 외, Improved Training of Wasserstein GANs (2017)", note = "기울기 벌점의 글입니다." },
	},
}
