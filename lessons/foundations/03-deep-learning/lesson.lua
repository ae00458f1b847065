return {
	title = "딥러닝의 도약: 역전파, 빅데이터, GPU",
	spec = { "AI-03" },
	minutes = 18,
	summary = "XOR을 푸는 두 층을 손으로 훈련하며, 왜 2012년에 세상이 바뀌었는지 봅니다.",
	prerequisites = { "AI-02" },

	steps = {
		text { id = "why", title = "한 줄로는 나눌 수 없는 문제", body = "text/01-why.md" },
		figure {
			id = "xor",
			title = "XOR을 배우는 모습",
			script = "figures/xor.lua",
			caption = "Space로 훈련을 시작하고 **l**로 구부림을 꺼 보세요. 구부림이 없을 때 네 점을 다 맞히는 순간이 오나요? "
				.. "←로 은닉 뉴런을 하나로 줄이면 어떤가요?",
		},
		text { id = "backprop", title = "틀린 만큼 거꾸로 나누기", body = "text/02-backprop.md" },
		text { id = "leap", title = "왜 하필 2012년이었을까요", body = "text/03-leap.md" },
		checkpoint { id = "CP-AI-03", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "직선 하나로 나누는 모델은 XOR의 네 점 가운데 많아야 몇 점을 맞히나요?",
					answer = 3, tolerance = 0, unit = "점",
					explain = "어떤 직선을 그어도 한 점은 틀립니다. 그래서 0.75가 한계입니다.",
				},
				{
					id = "q2", kind = "choice",
					ask = "두 층 사이에 구부리는 함수가 없으면 어떻게 되나요?",
					choices = { "훈련이 두 배 느려진다", "과적합이 심해진다", "두 층이 한 층과 같아진다", "손실이 음수가 된다" },
					answer = 3,
					explain = "곱하고 더하기를 두 번 해도 곱하고 더하기 한 번과 같습니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "`p = w · h`, 손실은 `(p - y)²`입니다. w = 2, h = 3, y = 5일 때 w의 책임(기울기)은 얼마인가요?",
					answer = 6, tolerance = 0.001,
					explain = "p = 6이니 2·(6 - 5)·h = 2·1·3 = 6입니다. 양수이니 w를 줄이는 쪽으로 움직입니다.",
				},
				{
					id = "q4", kind = "order",
					ask = "한 걸음의 훈련을 순서대로 놓으세요.",
					choices = { "앞으로 계산해 답을 낸다", "정답과 견주어 손실을 구한다", "책임을 뒤에서 앞으로 전한다", "책임의 반대 방향으로 가중치를 옮긴다" },
					explain = "이 네 박자를 수천 번 되풀이합니다.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "2012년의 도약을 만든 세 가지를 고르세요.",
					choices = { "빅데이터", "새로 발명된 역전파", "GPU의 병렬 연산", "역전파로 깊은 신경망을 훈련하는 법", "사람이 적은 더 많은 규칙" },
					answer = { 1, 3, 4 },
					explain = "역전파 자체는 1986년에 이미 널리 알려져 있었습니다.",
				},
				{
					id = "q6", kind = "match",
					ask = "사건과 뜻을 이어 보세요.",
					pairs = {
						{ "AlexNet (2012)", "이미지 인식 대회에서 깊은 합성곱 신경망이 크게 앞섬" },
						{ "AlphaGo (2016)", "기보와 강화 학습으로 바둑을 배움" },
						{ "1986년의 논문", "역전파가 널리 알려짐" },
					},
					explain = "AlphaGo는 모든 수를 규칙으로 적은 프로그램이 아닙니다.",
				},
				{
					id = "q7", kind = "fill",
					ask = "가중치를 아주 조금 위아래로 바꿔 손실의 변화를 재면 ___ 를 검산할 수 있습니다.",
					accept = { "역전파", "기울기", "책임", "그래디언트", "gradient" },
					explain = "느리지만 틀리지 않는 검산법입니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-03",
			title = "역전파를 손으로 짜기",
			goal = "labs/03/goal.md",
			folder = "labs/03",
			seconds = 60,
			memory_mb = 1024,
			pass = "책임 오차 1e-5 이하, XOR 4/4, 엔진이 5배 이상 빠름, 데이터 3단계 모두 상승",
			predict = { question = "256×256 행렬 곱에서 엔진은 여러분의 반복문보다 몇 배 빠를까요?", unit = "배" },
			explain = "데이터, 계산, 배우는 방법 가운데 하나가 없었다면 무엇이 막혔을지 오늘 잰 숫자로 설명해 보세요.",
		},
	},

	further = {
		{ title = "AI · ML · DL 개념 정리 (AI-04)", note = "지금까지의 세 전환을 한 그림에 담습니다." },
		{ title = "Rumelhart · Hinton · Williams, Learning representations by back-propagating errors (1986)", note = "역전파를 널리 알린 네 쪽짜리 글입니다." },
		{ title = "Krizhevsky · Sutskever · Hinton, ImageNet Classification with Deep Convolutional Neural Networks (2012)", note = "AlexNet의 글입니다." },
	},
}
