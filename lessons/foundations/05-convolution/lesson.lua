return {
	title = "CNN ① 합성곱",
	spec = { "AI-05" },
	minutes = 20,
	summary = "작은 창 하나를 온 사진에 돌려 쓰는 까닭을 손으로 계산하며 배웁니다.",
	prerequisites = { "AI-03" },

	steps = {
		text { id = "why", title = "사진 한 장과 61만 개의 숫자", body = "text/01-why.md" },
		text { id = "grid", title = "이미지는 숫자가 적힌 모눈종이", body = "text/02-grid.md" },
		text { id = "filter", title = "작은 창 하나로 훑기", body = "text/03-filter.md" },
		figure {
			id = "slide",
			title = "필터를 움직여 보기",
			script = "figures/slide.lua",
			caption = "창 안의 값과 필터의 값을 곱해 모두 더합니다. 방향키로 창을 옮기고, **f**로 필터를, **n**으로 이미지를 바꾸어 보세요. "
				.. "'한 칸 옮긴 경계'에서는 27이 어디로 갔나요? '고른 밝기'에서는 왜 모두 0일까요?",
		},
		text { id = "worked", title = "숫자로 따라가기", body = "text/04-worked.md" },
		figure {
			id = "shift",
			title = "글자를 옮기면 반응도 따라옵니다",
			script = "figures/shift.lua",
			caption = "방향키로 글자를 옮겨 보세요. 가장 큰 값은 변하지 않는데 그 **자리**는 따라 움직입니다. "
				.. "특징 맵을 한 줄로 펴서 다음 층에 넘긴다면, 그 층에게는 같은 글자로 보일까요?",
		},
		text { id = "gain-loss", title = "무엇을 얻고 무엇을 잃나요", body = "text/05-gain-loss.md" },
		checkpoint { id = "CP-AI-05", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "세로 경계 필터(`-1 0 1`이 세 줄)를 왼쪽 세 칸이 9, 가운데 세 칸이 9, 오른쪽 세 칸이 4인 곳에 올렸습니다. 출력은 얼마인가요?",
					answer = -15, tolerance = 0,
					explain = "오른쪽 합 12에서 왼쪽 합 27을 빼면 -15입니다. 음수는 밝기가 왼쪽에서 오른쪽으로 작아진다는 뜻이지요.",
				},
				{
					id = "q2", kind = "choice",
					ask = "합성곱층에서 필터 안의 숫자는 누가 정하나요?",
					choices = {
						"사람이 찾고 싶은 무늬에 맞춰 적어 넣는다",
						"이미지의 픽셀 값을 그대로 베낀다",
						"훈련이 데이터를 보며 정한다",
						"무작위로 정하고 끝까지 바꾸지 않는다",
					},
					answer = 3,
					explain = "사람은 필터의 크기와 개수를 정하고, 안의 숫자는 무작위에서 출발해 훈련이 고쳐 갑니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "컬러 사진(3채널)을 받아 특징 맵 8장을 내는 5×5 합성곱층의 파라미터는 편향까지 모두 몇 개인가요?",
					answer = 608, tolerance = 0, unit = "개",
					explain = "(5×5×3 + 1) × 8 = 76 × 8 = 608개입니다. 입력 채널을 빠뜨리면 208개로 잘못 세게 됩니다.",
				},
				{
					id = "q4", kind = "numeric",
					ask = "28×28 이미지에 5×5 필터를 패딩 2, 보폭 2로 쓰면 특징 맵의 한 변은 몇 칸인가요?",
					answer = 14, tolerance = 0, unit = "칸",
					explain = "⌊(28 + 4 - 5) ÷ 2⌋ + 1 = ⌊13.5⌋ + 1 = 14칸입니다.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "같은 필터를 모든 자리에서 나눠 쓸 때 **얻는 것**을 모두 고르세요.",
					choices = {
						"배울 숫자가 줄어든다",
						"왼쪽에서 배운 무늬를 오른쪽에서도 찾는다",
						"자리마다 다른 규칙을 배울 수 있다",
						"사진이 커져도 파라미터 수가 그대로다",
						"한 층만으로 사진 양 끝의 관계를 안다",
					},
					answer = { 1, 2, 4 },
					explain = "자리마다 다른 규칙과 먼 곳의 관계는 오히려 내려놓은 것입니다.",
				},
				{
					id = "q6", kind = "order",
					ask = "합성곱의 출력 한 칸이 만들어지는 순서대로 놓으세요.",
					choices = {
						"창을 입력의 한 자리에 올려놓는다",
						"겹친 칸끼리 곱한다",
						"곱한 값을 모두 더한다",
						"편향을 더한다",
						"특징 맵의 해당 칸에 적는다",
					},
					explain = "적고 나면 창을 보폭만큼 옮겨 처음부터 되풀이합니다.",
				},
				{
					id = "q7", kind = "match",
					ask = "낱말과 뜻을 이어 보세요.",
					pairs = {
						{ "국소 수용 영역", "출력 한 칸이 들여다보는 입력의 범위" },
						{ "특징 맵", "무늬가 어디에 얼마나 있는지 보여 주는 판" },
						{ "가중치 공유", "모든 자리에서 같은 숫자를 쓰는 것" },
						{ "채널", "색이나 특징마다 한 장씩인 숫자판" },
					},
					explain = "네 낱말이 모두 한 문장에 들어갑니다. 필터는 채널마다 국소 수용 영역을 보고, 가중치를 공유하며 특징 맵을 만듭니다.",
				},
				{
					id = "q8", kind = "predict",
					ask = "다음 코드는 무엇을 찍을까요?",
					code = 'local T = require "tensor"\nlocal nn = require "nn"\nlocal layer = nn.conv2d { 3, 16, kernel = 3, padding = 1 }\n'
						.. 'local out = layer(T.zeros(2, 3, 28, 28))\nprint(table.concat(out.shape, " "))',
					choices = { "2 3 28 28", "2 16 28 28", "2 16 26 26", "16 28 28" },
					answer = 2,
					explain = "사진 두 장, 필터 16개라 특징 맵 16장, 패딩 1이라 28×28이 그대로 남습니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-05",
			title = "합성곱을 손으로 짜고, 자리를 옮겨 시험하기",
			goal = "labs/05/goal.md",
			folder = "labs/05",
			seconds = 60,
			memory_mb = 1024,
			pass = "엔진과 차이 1e-5 이하, 파라미터 수 5문제 모두 정확, 옮긴 도형: CNN 0.95 이상 · MLP 0.70 이하",
			predict = {
				question = "왼쪽 도형으로만 훈련한 MLP를 오른쪽 도형으로 시험하면 정확도가 얼마쯤 될까요? (네 가지 도형)",
				unit = "정확도 0~1",
			},
			explain = "끝을 Flatten으로 맺은 CNN과 전역 최대 풀링으로 맺은 CNN의 점수가 왜 갈렸는지 설명해 보세요.",
		},
	},

	further = {
		{ title = "CNN ② 풀링과 깊이 (AI-06)", note = "특징 맵을 요약하고 층을 쌓으면 무엇이 달라지는지 이어서 배웁니다." },
		{ title = "LeCun 외, Gradient-Based Learning Applied to Document Recognition (1998)", note = "손글씨를 읽던 CNN의 고전입니다. 그림 2의 구조를 오늘 배운 말로 읽어 보세요." },
		{ title = "Dumoulin · Visin, A guide to convolution arithmetic for deep learning (2016)", note = "패딩과 보폭을 그림으로 하나씩 풀어 줍니다." },
	},
}
