return {
	title = "3계층: 인프라",
	spec = { "STACK-3" },
	minutes = 23,
	summary = "장비를 늘리면 무엇이 가로막는지, 고리를 돌리고 멈춰 보며 잽니다.",
	prerequisites = { "AI-12" },

	steps = {
		text { id = "why", title = "백 배를 사면 백 배 빨라질까요", body = "text/01-why.md" },
		figure {
			id = "cluster",
			title = "1대에서 1,000대까지",
			script = "figures/cluster.lua",
			caption = "→로 장비를 늘리며 확장 효율을 보세요. **b**로 선을 느리게 하면 2대에서 무슨 일이 생기나요? 1,000대에서 **c**로 체크포인트 간격을 바꾸면 며칠이 달라지나요?",
		},
		text { id = "scaling", title = "어디로 사라졌을까요", body = "text/02-scaling.md" },
		figure {
			id = "batch",
			title = "한 걸음에 많이 보기",
			script = "figures/batch.lua",
			caption = "→로 배치를 키우며 고친 횟수와 정확도를 보세요. **l**로 학습률을 함께 키우면 얼마나 되찾나요? 누를 때마다 그 자리에서 다시 훈련합니다.",
		},
		text { id = "failures", title = "멈추는 것, 노는 것", body = "text/03-failures.md" },
		checkpoint { id = "CP-STACK-3", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "64대가 46배 빨라졌습니다. 확장 효율은 얼마인가요? (소수 셋째 자리까지)",
					answer = 0.719, tolerance = 0.001,
					explain = "46 ÷ 64 = 0.71875입니다.",
				},
				{
					id = "q2", kind = "numeric",
					ask = "혼자 해야 하는 일이 전체의 2 %입니다. 장비가 무한히 많을 때 빨라지는 배수의 한계는 몇 배인가요?",
					answer = 50, tolerance = 0, unit = "배",
					explain = "암달의 법칙으로 1 ÷ 0.02 = 50배입니다.",
				},
				{
					id = "q3", kind = "choice",
					ask = "가중치만 140 GB인 모델을 80 GB GPU 여러 장에 올리려 합니다. 가장 먼저 필요한 것은 무엇인가요?",
					choices = { "데이터를 더 잘게 나눈다", "모델을 나누어 싣는다", "배치를 키운다", "체크포인트를 자주 남긴다" },
					answer = 2,
					explain = "데이터 병렬은 장비마다 모델이 통째로 있어야 합니다. 들어가지 않는 모델은 잘라야 하지요.",
				},
				{
					id = "q4", kind = "numeric",
					ask = "저장에 50초가 들고 평균 40,000초마다 멈춥니다. √(2CM)으로 정한 체크포인트 간격은 몇 초인가요?",
					answer = 2000, tolerance = 1, unit = "초",
					explain = "√(2 × 50 × 40,000) = √4,000,000 = 2,000초입니다.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "장비를 늘려도 **나누어지지 않거나 늘어나는 것**을 모두 고르세요.",
					choices = { "장비마다 하는 계산", "기울기를 맞추는 데 보내는 양", "하루에 어딘가 멈출 확률", "혼자 해야 하는 저장 시간", "한 대가 맡는 데이터" },
					answer = { 2, 3, 4 },
					explain = "한 대의 계산과 데이터는 줄어들지만, 맞추기와 고장과 직렬 구간은 그대로이거나 늘어납니다.",
				},
				{
					id = "q6", kind = "match",
					ask = "증상과 살펴볼 것을 이어 보세요.",
					pairs = {
						{ "2대로 늘렸더니 오히려 느려졌다", "연결선의 대역폭" },
						{ "1,000대로 늘렸더니 정확도가 떨어졌다", "배치 크기와 학습률" },
						{ "사흘째 돌던 학습이 사라졌다", "체크포인트" },
						{ "빈 GPU가 있는데 작업이 기다린다", "스케줄링" },
					},
					explain = "같은 '느리다'도 까닭이 다르면 처방이 다릅니다.",
				},
				{
					id = "q7", kind = "order",
					ask = "고리 올리듀스가 하는 일을 차례로 놓으세요.",
					choices = { "값을 장비 수만큼 조각으로 나눈다", "받은 조각에 더해 옆으로 넘기며 한 바퀴 돈다", "장비마다 다 더한 조각을 하나씩 갖는다", "그 조각을 옆으로 돌려 모두가 갖는다", "장비 수로 나누어 평균을 낸다" },
					explain = "더하며 한 바퀴, 나눠 가지며 한 바퀴입니다.",
				},
			},
		},
		lab {
			id = "Lab-STACK-3",
			title = "고리를 돌리고, 효율을 예측하고, 저장 간격을 정하기",
			goal = "labs/03/goal.md",
			folder = "labs/03",
			seconds = 60,
			memory_mb = 512,
			pass = "나누어 배운 가중치가 혼자 배운 것과 1e-5 안, 다섯 크기의 효율 10 % 안, 체크포인트 간격 15 % 안",
			predict = { question = "초당 10 GB 선에서 64대는 한 대보다 몇 배 빠를까요?", unit = "배" },
			explain = "여러분이 예산을 쥐고 있다면 장비, 연결선, 저장 장치 가운데 어디에 먼저 쓰시겠어요? 어떤 숫자를 보고 정하셨나요?",
		},
	},

	further = {
		{ title = "모델 맞춤화 (STACK-6)", note = "천 대를 빌리기 전에, 가중치를 조금만 바꾸는 길을 보세요." },
		{ title = "Goyal 외, Accurate, Large Minibatch SGD (2017)", note = "배치를 크게 키우면서 학습률을 맞춘 실험입니다." },
		{ title = "Daly, A higher order estimate of the optimum checkpoint interval (2006)", note = "가장 좋은 저장 간격의 식을 이끌어 낸 글입니다." },
	},
}
