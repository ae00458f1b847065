return {
	title = "2. 데이터 수집 및 이해",
	spec = { "LC-2" },
	minutes = 18,
	summary = "우리 표에 빠진 사람을 찾아 무게를 달고, 값과 라벨을 의심하고, 써도 되는지 묻습니다.",
	prerequisites = { "LC-1" },

	steps = {
		text { id = "where", title = "데이터는 어디에서 오나요", body = "text/01-where.md" },
		text { id = "missing", title = "빠진 사람은 누구인가요", body = "text/02-missing.md" },
		figure {
			id = "bias",
			title = "스무 번 모아 보기",
			script = "figures/bias.lua",
			caption = "←→로 치우침을, ↑↓로 모은 건수를 바꿔 보세요. 건수를 열 배로 늘릴 때 **줄어드는 것**과 **그대로인 것**은 각각 무엇인가요? "
				.. "치우침을 0.95까지 올리면 무게를 단 평균의 흔들림은 어떻게 되나요?",
		},
		text { id = "quality", title = "값과 라벨을 의심하기", body = "text/03-quality.md" },
		text { id = "ethics", title = "모아도 되는 데이터인가요", body = "text/04-ethics.md" },
		checkpoint { id = "CP-LC-2", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "실제로는 0.30인 집단이 표에는 0.12뿐입니다. 이 집단의 무게는 얼마인가요?",
					answer = 2.5, tolerance = 0.01,
					explain = "0.30 ÷ 0.12 = 2.5입니다.",
				},
				{
					id = "q2", kind = "choice",
					ask = "같은 방식으로 열 배 더 모으면 줄어드는 것은 무엇인가요?",
					choices = { "표본 편향", "평균의 흔들림", "라벨 노이즈", "빠진 집단" },
					answer = 2,
					explain = "흔들림은 줄지만, 같은 곳에서 뜬 숟갈이니 치우침은 그대로입니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "청년 80건의 부실 비율이 0.10, 고령 20건의 부실 비율이 0.30입니다. 실제로는 반반이라면, 무게를 단 부실 비율은 얼마인가요?",
					answer = 0.2, tolerance = 0.005,
					explain = "0.5 × 0.10 + 0.5 × 0.30 = 0.20입니다. 그냥 평균하면 0.14이지요.",
				},
				{
					id = "q4", kind = "match",
					ask = "수집 방법과 잘 빠지는 사람을 이어 보세요.",
					pairs = {
						{ "앱 접속 로그", "앱을 쓰지 않는 사람" },
						{ "낮에 거는 전화 설문", "일하느라 바쁜 사람" },
						{ "병원 기록", "병원에 오지 않은 건강한 사람" },
						{ "웹 크롤링", "웹에 글을 남기지 않는 사람" },
					},
					explain = "모은 방법이 빈자리를 정합니다.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "훈련하기 **전에** 둘러보며(EDA) 찾을 수 있는 것을 모두 고르세요.",
					choices = { "소득 칸에 원 단위로 적힌 값", "빈칸이 자영업자에게 몰린 것", "서비스 첫날의 응답 시간", "같은 신청 번호가 두 번 나온 행" },
					answer = { 1, 2, 4 },
					explain = "응답 시간은 서비스를 띄워야 알 수 있습니다.",
				},
				{
					id = "q6", kind = "choice",
					ask = "라벨의 신뢰도를 재는 가장 단순한 방법은 무엇인가요?",
					choices = { "라벨을 한 사람이 빠르게 붙인다", "여럿이 겹쳐 붙이고 어긋난 비율을 센다", "모델의 훈련 정확도를 본다", "라벨을 많이 모은다" },
					answer = 2,
					explain = "같은 것을 다른 사람이 다르게 적었다면 적어도 한 사람은 틀렸습니다.",
				},
				{
					id = "q7", kind = "choice",
					ask = "웹에 공개된 얼굴 사진 10만 장을 제품의 훈련에 쓰려고 합니다. 먼저 할 일은 무엇인가요?",
					choices = { "공개되어 있으니 바로 쓴다", "사용 조건과 사진 속 사람의 동의를 확인한다", "더 많이 모은다", "흑백으로 바꾼다" },
					answer = 2,
					explain = "볼 수 있는 것과 써도 되는 것은 다릅니다.",
				},
				{
					id = "q8", kind = "short",
					ask = "쓰레기가 들어가면 쓰레기가 나온다는 말을 영어 머리글자 네 자로 쓰면 무엇인가요?",
					accept = { "GIGO", "gigo" },
					explain = "garbage in, garbage out입니다.",
				},
			},
		},
		lab {
			id = "Lab-LC-2",
			title = "빠진 사람, 무게, 틀린 라벨",
			goal = "labs/2/goal.md",
			folder = "labs/2",
			seconds = 60,
			memory_mb = 512,
			pass = "덜 뽑힌 집단을 찾고, 무게를 단 추정이 실제와 2 pp 이내, 라벨 노이즈 0/10/20/40 %에서 정확도가 차례로 하락",
			predict = { question = "훈련 라벨의 40 %가 틀리면, 가장 가까운 이웃 하나를 따르는 모델의 정확도는 얼마일까요?", unit = "0~1" },
			explain = "치우침과 흔들림은 어떻게 다르고, 더 모아서 줄일 수 있는 것은 어느 쪽인가요?",
		},
	},

	further = {
		{ title = "3. 데이터 전처리 및 준비 (LC-3)", note = "오늘 알아차린 빈칸과 겹친 행을 고칩니다." },
		{ title = "용어집: 편향, 익명화", note = "데이터를 둘러싼 말들을 다시 볼 수 있습니다." },
		{ title = "Gebru 외, Datasheets for Datasets (2018)", note = "데이터에 누가, 왜, 어떻게 모았는지 적어 두자는 제안입니다." },
		{ title = "Kamiran, Calders, Data preprocessing techniques for classification without discrimination (2012)", note = "무게 재조정을 공정성에 쓴 글입니다." },
	},
}
