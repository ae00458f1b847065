return {
	title = "1. 문제 정의",
	spec = { "LC-1" },
	minutes = 18,
	summary = "문제 캔버스를 채우고, 기준선을 재고, 비용에서 임계값을 끌어냅니다.",
	prerequisites = { "AI-04" },

	steps = {
		text { id = "why", title = "무엇을 만드는 거죠?", body = "text/01-why.md" },
		text { id = "canvas", title = "한 장짜리 문제 캔버스", body = "text/02-canvas.md" },
		text { id = "baseline", title = "기준선과 정확도의 함정", body = "text/03-baseline.md" },
		figure {
			id = "threshold",
			title = "임계값을 옮기면 비용은",
			script = "figures/threshold.lua",
			caption = "←→로 임계값을 옮기고 **b**로 가장 싼 곳에 서 보세요. **c**로 놓침의 값을 헛거절과 같게 하면 가장 싼 임계값은 어디로 가나요? "
				.. "**r**로 부실이 드문 세상에 가면, 임계값 0.5의 정확도와 재현율은 얼마인가요?",
		},
		text { id = "cost", title = "임계값은 비용에서 나옵니다", body = "text/04-cost.md" },
		checkpoint { id = "CP-LC-1", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "choice",
					ask = "다음 가운데 **예측 대상**으로 쓸 수 있는 문장은 무엇인가요?",
					choices = { "부실을 줄인다", "고객을 잘 이해한다", "신청을 받은 때에, 그 대출이 12달 안에 90일 넘게 연체할지를 맞힌다", "AI로 심사를 혁신한다" },
					answer = 3,
					explain = "누구의, 언제의, 어떤 값인지가 모두 적혀 있습니다.",
				},
				{
					id = "q2", kind = "numeric",
					ask = "1,000명 가운데 10명만 병이 있습니다. 늘 '음성'이라고 답하는 프로그램의 정확도는 얼마인가요?",
					answer = 0.99, tolerance = 0.001,
					explain = "990명을 맞히니 0.99입니다. 그리고 환자는 한 명도 찾지 못합니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "놓침이 90만 원, 헛거절이 10만 원이고 확률이 믿을 만하다면 임계값은 얼마가 좋을까요?",
					answer = 0.1, tolerance = 0.001,
					explain = "10 ÷ (10 + 90) = 0.1입니다.",
				},
				{
					id = "q4", kind = "match",
					ask = "캔버스의 칸과 그 내용을 이어 보세요.",
					pairs = {
						{ "성공 기준", "한 건에 드는 비용 26만 원 아래" },
						{ "기준선", "연체 2회 이상이면 거절하는 지금 규칙" },
						{ "제약", "거절한 까닭을 세 가지까지 말한다" },
						{ "사용처", "심사역이 위험한 신청을 다시 본다" },
					},
					explain = "일곱 칸 가운데 네 칸입니다. 나머지는 예측 대상, AI의 필요성, 오류 비용입니다.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "**AI가 아직 필요하지 않은** 경우를 모두 고르세요.",
					choices = { "규칙의 점수가 이미 목표를 넘는다", "모델이 규칙보다 0.01 낫고 흔들림은 0.03이다", "규칙은 0.70, 모델은 0.95, 흔들림은 0.02, 목표는 0.90이다", "무엇을 해도 다수결을 넘지 못한다" },
					answer = { 1, 2, 4 },
					explain = "세 번째만 규칙이 목표에 못 미치고, 나은 폭이 흔들림보다 큽니다.",
				},
				{
					id = "q6", kind = "order",
					ask = "일의 순서를 놓아 보세요.",
					choices = { "무엇을 맞힐지 정한다", "성공 기준과 오류 비용을 정한다", "필요한 데이터를 정한다", "데이터를 모은다" },
					explain = "물음이 있어야 무엇을 얼마나 오래 모을지 정할 수 있습니다.",
				},
				{
					id = "q7", kind = "predict",
					ask = "다음 코드는 무엇을 찍을까요?",
					code = "local p = { 0.05, 0.20, 0.60 }\nlocal refused = 0\nfor _, x in ipairs(p) do\n  if x >= 40 / (40 + 300) then refused = refused + 1 end\nend\nprint(refused)",
					accept = { "2" },
					explain = "임계값이 0.118이니 0.20과 0.60이 거절됩니다.",
				},
			},
		},
		lab {
			id = "Lab-LC-1",
			title = "문제 캔버스와 임계값",
			goal = "labs/1/goal.md",
			folder = "labs/1",
			seconds = 60,
			memory_mb = 512,
			pass = "캔버스의 모든 목표에 숫자와 단위, 비용이 최적의 1 % 이내, 여섯 문제 중 다섯 이상에서 AI 필요성 판단이 증거와 같음",
			predict = { question = "거절의 기준을 연체 3회 이상으로 늦추면 한 건에 얼마가 들까요? (2회는 29.52만 원)", unit = "만 원" },
			explain = "정확도가 가장 높은 임계값과 가장 싼 임계값이 다른 까닭은 무엇인가요?",
		},
	},

	further = {
		{ title = "2. 데이터 수집 및 이해 (LC-2)", note = "이 캔버스를 들고 데이터를 찾으러 갑니다." },
		{ title = "5. 평가 및 튜닝 (LC-5)", note = "정밀도, 재현율, 임계값을 더 깊이 다룹니다." },
		{ title = "용어집: 임계값, 정밀도 / 재현율", note = "임계값(threshold)은 판정을 가르는 경계입니다." },
		{ title = "Elkan, The Foundations of Cost-Sensitive Learning (2001)", note = "비용에서 임계값이 나오는 까닭을 자세히 설명합니다." },
	},
}
