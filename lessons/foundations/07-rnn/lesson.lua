return {
	title = "RNN ① 순서와 은닉 상태",
	spec = { "AI-07" },
	minutes = 15,
	summary = "한 장짜리 공책으로 순서를 기억하는 법을 손으로 계산합니다.",
	prerequisites = { "AI-03" },

	steps = {
		text { id = "why", title = "순서가 뜻을 바꿉니다", body = "text/01-why.md" },
		text { id = "cell", title = "한 칸짜리 공책", body = "text/02-cell.md" },
		figure {
			id = "cell-figure",
			title = "한 낱말씩 읽는 은닉 상태",
			script = "figures/cell.lua",
			caption = "→로 낱말을 하나씩 읽고 **s**로 순서를 바꿔 보세요. 3번부터는 낱말이 1번과 똑같고 순서만 다릅니다.",
		},
		text { id = "bptt", title = "시간을 거슬러 배우기", body = "text/03-bptt.md" },
		checkpoint { id = "CP-AI-07", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "W_x = 1, W_h = 1, b = 0, tanh 대신 **그대로 두는** 셀입니다. 입력 2, 3, 4를 차례로 읽은 뒤의 은닉 상태는 얼마인가요? (처음은 0)",
					answer = 9, tolerance = 0,
					explain = "2 → 2 + 3 = 5 → 5 + 4 = 9. W_h가 1이고 구부림이 없으면 합계가 되어 순서를 잃습니다.",
				},
				{
					id = "q2", kind = "choice",
					ask = "은닉 상태의 크기는 문장이 길어지면 어떻게 되나요?",
					choices = { "길이만큼 늘어난다", "그대로다", "절반으로 줄어든다", "낱말의 종류만큼 늘어난다" },
					answer = 2,
					explain = "크기가 정해진 공책입니다. 그래서 모두 저장할 수는 없습니다.",
				},
				{
					id = "q3", kind = "numeric",
					ask = "입력이 8칸, 은닉 상태가 16칸인 RNN 셀의 파라미터(W_x, W_h, b)는 모두 몇 개인가요?",
					answer = 400, tolerance = 0, unit = "개",
					explain = "8×16 + 16×16 + 16 = 128 + 256 + 16 = 400개입니다. 문장의 길이는 식에 없습니다.",
				},
				{
					id = "q4", kind = "order",
					ask = "시간 역전파를 순서대로 놓으세요.",
					choices = { "처음부터 끝까지 읽으며 은닉 상태를 모두 구한다", "마지막 답의 손실을 구한다", "책임을 마지막 시점에서 첫 시점으로 거슬러 전한다", "시점마다의 책임을 더해 가중치를 한 번 고친다" },
					explain = "가중치를 모든 시점이 함께 쓰므로 책임도 모두 더합니다.",
				},
				{
					id = "q5", kind = "multiple",
					ask = "순차 데이터로 볼 수 있는 것을 모두 고르세요.",
					choices = { "심장 박동 기록", "고객 한 명의 나이와 키", "한국어 문장", "시간마다 잰 전력 수요" },
					answer = { 1, 3, 4 },
					explain = "나이와 키는 순서를 바꾸어도 뜻이 그대로입니다.",
				},
				{
					id = "q6", kind = "match",
					ask = "CNN과 RNN을 짝지어 보세요.",
					pairs = {
						{ "CNN이 가중치를 나눠 쓰는 곳", "이미지의 모든 자리" },
						{ "RNN이 가중치를 나눠 쓰는 곳", "모든 시점" },
						{ "RNN이 앞의 정보를 나르는 것", "은닉 상태" },
					},
					explain = "나눠 쓰는 축이 공간이냐 시간이냐의 차이입니다.",
				},
				{
					id = "q7", kind = "predict",
					ask = "다음 코드는 무엇을 찍을까요?",
					code = "local h = 0\nfor _, x in ipairs { 1, 0, 0 } do\n  h = 0.5 * h + x\nend\nprint(h)",
					accept = { "0.25" },
					explain = "1 → 0.5 → 0.25. 먼저 읽은 것일수록 W_h가 여러 번 곱해져 약해집니다.",
				},
			},
		},
		lab {
			id = "Lab-AI-07",
			title = "순환 셀을 손으로, 순서 문제와 예측까지",
			goal = "labs/07/goal.md",
			folder = "labs/07",
			seconds = 60,
			memory_mb = 1024,
			pass = "셀 오차 1e-6 이하, 낱말 세기 0.55 이하, RNN 0.98 이상, 예측 오차 0.75배 이하",
			predict = { question = "낱말을 세기만 하는 모델은 '어느 것이 먼저 나왔나'를 얼마나 맞힐까요?", unit = "정확도 0~1" },
			explain = "은닉 상태는 두 기호의 순서를 어떻게 다르게 남겼나요?",
		},
	},

	further = {
		{ title = "RNN ② 한계와 LSTM · GRU (AI-08)", note = "먼 과거의 신호가 사라지는 문제를 재고 고칩니다." },
		{ title = "Elman, Finding Structure in Time (1990)", note = "한 칸짜리 공책을 제안한 글입니다." },
	},
}
