return {
	title = "CNN ② 풀링과 깊이",
	spec = { "AI-06" },
	minutes = 22,
	summary = "지도를 간추리는 풀링과, 층을 쌓을 때 얻고 잃는 것을 재 봅니다.",
	prerequisites = { "AI-05" },

	steps = {
		text { id = "why", title = "너무 자세한 지도", body = "text/01-why.md" },
		text { id = "pooling", title = "네 칸을 한 칸으로", body = "text/02-pooling.md" },
		figure {
			id = "pool",
			title = "풀링 창을 움직여 보기",
			script = "figures/pool.lua",
			caption = "방향키로 묶음을 옮기고 **m**으로 최대와 평균을 바꿔 보세요. **x**로 지도를 한 칸 밀면 어떤 칸은 그대로이고 어떤 칸은 "
				.. "바뀝니다. 어떤 칸이 그대로였나요?",
		},
		text { id = "hierarchy", title = "선에서 무늬로, 무늬에서 물체로", body = "text/03-hierarchy.md" },
		text { id = "depth", title = "쌓을수록 좋을까요", body = "text/04-depth.md" },
		figure {
			id = "overfit",
			title = "용의자 1: 외워 버린 모델",
			script = "figures/overfit.lua",
			caption = "구불구불한 곡선에서 흩뿌린 점을 뽑아 다항식을 맞춥니다. →로 용량을 키우면 훈련 오차는 줄기만 하는데 시험 오차는 어떤가요? "
				.. "↑로 점을 늘린 다음 같은 용량을 다시 보세요.",
		},
		figure {
			id = "gradient",
			title = "용의자 2: 사라지는 신호",
			script = "figures/gradient.lua",
			caption = "실제로 층을 쌓고 오차를 거꾸로 흘려 보낸 값입니다. →로 층을 늘리면 첫 층의 막대가 어떻게 되나요? **r**로 지름길을 놓아 보세요.",
		},
		text { id = "output", title = "마지막 층과 전체 모습", body = "text/05-output.md" },
		checkpoint { id = "CP-AI-06", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "네 칸 `2 7 / 4 3`을 평균 풀링하면 얼마가 남나요?",
					answer = 4, tolerance = 0.001,
					explain = "(2 + 7 + 4 + 3) ÷ 4 = 4입니다. 최대 풀링이라면 7이 남지요.",
				},
				{
					id = "q2", kind = "numeric",
					ask = "특징 맵을 3×3씩 묶어 풀링했습니다. 뒤따르는 합성곱의 곱셈 횟수는 몇 분의 1이 되나요? (분모만 적으세요. 크기는 3으로 나누어떨어집니다.)",
					answer = 9, tolerance = 0,
					explain = "가로가 3분의 1, 세로가 3분의 1이니 칸은 9분의 1이고, 칸마다 같은 일을 하므로 곱셈도 9분의 1입니다.",
				},
				{
					id = "q3", kind = "choice",
					ask = "2×2 최대 풀링의 결과가 8입니다. 이 결과만 보고 알 수 있는 것은 무엇인가요?",
					choices = {
						"8은 왼쪽 위 칸에 있었다",
						"네 칸의 평균이 8이다",
						"묶음의 네 칸 가운데 가장 큰 값이 8이다",
						"나머지 세 칸은 모두 0이다",
					},
					answer = 3,
					explain = "자리와 나머지 값은 사라졌습니다. 풀링은 그 정보를 버리는 대가로 작은 이동에 둔감해집니다.",
				},
				{
					id = "q4", kind = "choice",
					ask = "24층 모델의 훈련 점수가 0.12, 시험 점수가 0.10입니다. 무엇을 가장 먼저 의심해야 할까요?",
					choices = {
						"훈련 데이터를 외운 것",
						"기울기가 앞쪽 층까지 닿지 않아 훈련이 안 된 것",
						"시험 데이터가 너무 쉬운 것",
						"출력층의 클래스 이름이 틀린 것",
					},
					answer = 2,
					explain = "외웠다면 훈련 점수가 높아야 합니다. 둘 다 바닥이면 배우지 못한 것입니다.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "**과적합**에 쓸 만한 약을 모두 고르세요.",
					choices = { "데이터를 더 모은다", "층과 채널을 줄인다", "훈련을 더 오래 한다", "드롭아웃을 쓴다", "층을 두 배로 늘린다" },
					answer = { 1, 2, 4 },
					explain = "더 오래 훈련하거나 더 크게 만들면 외울 힘만 커집니다.",
				},
				{
					id = "q6", kind = "order",
					ask = "앞쪽 층에서 뒤쪽 층으로 갈수록 나타나는 특징의 순서대로 놓으세요.",
					choices = { "밝기의 경계와 선", "모서리와 줄무늬", "소매나 굽 같은 부분", "셔츠라는 판단" },
					explain = "단순한 재료를 조립해 점점 큰 것을 알아봅니다.",
				},
				{
					id = "q7", kind = "match",
					ask = "문제와 알맞은 출력층을 이어 보세요.",
					pairs = {
						{ "열 가지 옷 가운데 고르기", "점수 10개에 소프트맥스" },
						{ "사진 속 사람의 나이", "숫자 1개를 그대로" },
						{ "불량인가 아닌가", "점수 1개에 시그모이드" },
					},
					explain = "두 가지 중 하나를 고르는 문제는 점수 하나를 시그모이드에 넣어 확률로 바꾸어도 됩니다.",
				},
				{
					id = "q8", kind = "predict",
					ask = "다음 코드는 무엇을 찍을까요?",
					code = 'local T = require "tensor"\nlocal nn = require "nn"\nlocal net = nn.sequential {\n  nn.conv2d { 1, 8, kernel = 3, padding = 1 }, nn.max_pool2d(2),\n'
						.. '  nn.conv2d { 8, 4, kernel = 3 }, nn.max_pool2d(2),\n}\nprint(table.concat(net(T.zeros(1, 1, 28, 28)).shape, " "))',
					accept = { "1 4 6 6" },
					explain = "28 → 풀링 14 → 패딩 없는 3×3에서 12 → 풀링 6. 채널은 마지막 합성곱의 4입니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-06a",
			title = "깊이를 바꿔 가며 재기, 풀링이 아낀 곱셈 세기",
			goal = "labs/06a/goal.md",
			folder = "labs/06a",
			seconds = 60,
			memory_mb = 1024,
			pass = "풀링 엔진과 일치, 곱셈 횟수 정확, 가장 좋은 깊이 4 이하, 24층은 0.20 이상 나쁨, 진단 4/4",
			predict = { question = "150장으로 훈련한 24층 모델의 시험 정확도는 얼마쯤일까요?", unit = "정확도 0~1" },
			explain = "24층 모델이 나빠진 까닭이 과적합인지 최적화 실패인지, 어떤 숫자를 보고 판단했나요?",
		},
		lab {
			id = "Lab-AI-06b",
			title = "Fashion-MNIST로 CNN 훈련하기",
			goal = "labs/06b/goal.md",
			folder = "labs/06b",
			seconds = 120,
			memory_mb = 1024,
			pass = "시험 정확도 0.85 이상, 혼동 행렬과 가장 헷갈린 짝 정확",
			predict = { question = "60,000장을 한 번만 훑은 CNN의 시험 정확도는 얼마쯤일까요?", unit = "정확도 0~1" },
			explain = "가장 많이 헷갈린 두 옷은 무엇이었고, 왜 헷갈렸을지 틀린 그림을 보며 설명해 보세요.",
		},
	},

	further = {
		{ title = "CNN ① 합성곱 (AI-05)", note = "필터와 특징 맵이 가물가물하다면 다시 다녀오세요." },
		{ title = "RNN ② 한계와 LSTM · GRU (AI-08)", note = "같은 '사라지는 기울기'를 시간 방향에서 다시 만납니다." },
		{ title = "He 외, Deep Residual Learning for Image Recognition (2015)", note = "깊은 모델의 훈련 점수부터 낮아지는 현상을 보이고 지름길을 제안한 글입니다." },
	},
}
