return {
	title = "모델 맞춤화: 프롬프트 기반 vs 파인튜닝",
	spec = { "STACK-6" },
	minutes = 20,
	summary = "가중치를 바꾸지 않는 길과 바꾸는 길을 같은 시험지로 재어 봅니다.",
	prerequisites = { "AI-12" },

	steps = {
		text { id = "why", title = "다 배운 모델이 우리 회사에 왔습니다", body = "text/01-why.md" },
		figure {
			id = "ways",
			title = "보여 주기와 가르치기",
			script = "figures/ways.lua",
			caption = "←→로 글씨를 기울이고 ↑↓로 예시의 수를 바꿔 보세요. 기울기 0.1에서는 누가 나은가요? 0.9에서 예시를 늘리면 어디까지 오르나요? "
				.. "파인튜닝한 뒤 옛 도메인의 막대도 놓치지 마세요.",
		},
		text { id = "weights", title = "가르치기, 조금만 가르치기", body = "text/02-weights.md" },
		text { id = "choose", title = "잊는 것과 고르는 순서", body = "text/03-choose.md" },
		checkpoint { id = "CP-STACK-6", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "multiple",
					ask = "모델의 가중치가 **바뀌지 않는** 방법을 모두 고르세요.",
					choices = { "지시문을 고친다", "예시 세 개를 질문 앞에 붙인다", "우리 문서로 파인튜닝한다", "참고할 문단을 찾아 함께 넣어 준다", "무작위에서 다시 훈련한다" },
					answer = { 1, 2, 4 },
					explain = "건네는 글을 바꾸는 것뿐이라면 모델 파일은 그대로입니다.",
				},
				{
					id = "q2", kind = "numeric",
					ask = "얼려 둔 가중치가 64×256이고 순위 r = 8인 어댑터를 붙입니다. 배우는 숫자는 몇 개인가요?",
					answer = 2560, tolerance = 0, unit = "개",
					explain = "8 × 256 + 64 × 8 = 2,048 + 512 = 2,560개입니다. 원래는 16,384개지요.",
				},
				{
					id = "q3", kind = "choice",
					ask = "기울기 0.1에서 그대로 0.975이던 모델을 종류마다 세 장으로 파인튜닝했더니 0.950이 되었습니다. 가장 알맞은 설명은 무엇인가요?",
					choices = {
						"파인튜닝은 언제나 점수를 올리므로 잘못 잰 것이다",
						"이미 잘하는 일을 적은 예시로 흔들어 놓았다",
						"시험 그림이 더 기울어졌다",
						"예시가 너무 많았다",
					},
					answer = 2,
					explain = "가중치를 바꾸려면 흔들고도 남을 만큼의 데이터가 필요합니다.",
				},
				{
					id = "q4", kind = "order",
					ask = "먼저 해 볼 것부터 차례로 놓으세요.",
					choices = { "시험지와 목표 점수를 정한다", "지시문을 고친다", "예시를 붙인다", "저순위 어댑터를 배운다", "전체를 파인튜닝한다" },
					explain = "재는 자를 먼저 만들고, 싼 방법부터 해 봅니다.",
				},
				{
					id = "q5", kind = "match",
					ask = "증상과 이름을 이어 보세요.",
					pairs = {
						{ "새 시험은 올랐는데 옛 시험이 떨어졌다", "망각" },
						{ "예시를 늘려도 점수가 제자리다", "프롬프트 기반의 한계" },
						{ "요청마다 읽을 글이 길어 값이 오른다", "비용의 균형" },
					},
					explain = "셋 모두 재어야 보이는 증상입니다.",
				},
				{
					id = "q6", kind = "predict",
					ask = "다음 코드는 무엇을 찍을까요?",
					code = 'local T = require "tensor"\nlocal w = T.zeros(3, 4)\nlocal a, b = T.ones(1, 4), T.tensor { { 1 }, { 2 }, { 3 } }\nprint((w + b:matmul(a)):get(3, 2))',
					accept = { "3", "3.0" },
					explain = "b·a의 3번째 줄은 모두 3 × 1 = 3입니다. 순위가 1이면 모든 줄이 한 무늬의 배수가 됩니다.",
				},
				{
					id = "q7", kind = "numeric",
					ask = "예시가 2,000토큰이고 하루 100,000번 묻습니다. 예시 때문에 하루에 더 읽는 토큰은 몇 억 개인가요?",
					answer = 2, tolerance = 0, unit = "억 개",
					explain = "2,000 × 100,000 = 200,000,000, 곧 2억 개입니다.",
				},
			},
		},
		lab {
			id = "Lab-STACK-6",
			title = "서른 장으로 맞추기",
			goal = "labs/06/goal.md",
			folder = "labs/06",
			seconds = 60,
			memory_mb = 1024,
			pass = "예시만으로 +0.10(가중치 그대로), 어댑터 10 % 아래로 +0.10, 파인튜닝은 예시보다 +0.04, 망각 ±0.5 %p",
			predict = { question = "종류마다 세 장으로 파인튜닝한 뒤, 똑바로 쓴 숫자의 정확도는 얼마쯤 남을까요? (처음은 0.978)", unit = "정확도 0~1" },
			explain = "네 방법의 표를 놓고, 고객사마다 글씨가 다른 서비스라면 어떤 방법을 먼저 쓰고 무엇을 보고 넘어갈지 설명해 보세요.",
		},
	},

	further = {
		{ title = "Transformer ② 생성과 할루시네이션 (AI-12)", note = "프롬프트를 읽고 이어 쓰는 모델의 속을 다시 볼 수 있습니다." },
		{ title = "재학습과 개선 (LC-8)", note = "옛 데이터를 섞어 망각을 줄이는 방법을 재어 봅니다." },
		{ title = "Hu 외, LoRA: Low-Rank Adaptation of Large Language Models (2021)", note = "얼린 가중치 옆에 낮은 순위의 행렬을 붙이는 방법을 처음 보인 글입니다." },
		{ title = "Snell 외, Prototypical Networks for Few-shot Learning (2017)", note = "특징의 평균을 원형으로 쓰는 방법의 뿌리입니다." },
	},
}
