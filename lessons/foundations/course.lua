return {
	id = "foundations",
	title = "AI 기술 기초",
	order = 1,
	summary = "규칙에서 딥러닝까지. CNN, RNN, GAN, Transformer, Diffusion을 손으로 만들고 속을 들여다봅니다.",
}
