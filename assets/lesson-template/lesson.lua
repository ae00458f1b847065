-- 레슨 한 개입니다. 위에서 아래로, 배우는 차례대로 단계를 적습니다.
-- 단계의 id는 진도가 매달리는 이름이니, 한번 내보낸 뒤에는 바꾸지 마세요.
return {
	title = "@TITLE@",
	spec = { "@UNIT@" },
	minutes = 10,
	summary = "평균 하나로 자료를 말할 때 무엇을 얻고 무엇을 잃는지 직접 계산해 봅니다.",
	prerequisites = {},

	steps = {
		text { id = "why", title = "숫자 하나로 말하기", body = "text/01-why.md" },
		figure {
			id = "pull",
			title = "값 하나가 평균을 끌어당깁니다",
			script = "figures/pull.lua",
			caption = "←와 →로 마지막 값을 바꾸어 보세요. 평균과 중앙값은 얼마나 움직이나요?",
		},
		checkpoint { id = "CP-@UNIT@", file = "checkpoint.lua" },
		quiz {
			id = "quiz",
			title = "확인 문제",
			questions = {
				{
					id = "q1", kind = "numeric",
					ask = "2, 4, 4, 10의 평균은 얼마인가요?",
					answer = 5,
					explain = "모두 더하면 20이고, 네 개이니 20 ÷ 4 = 5입니다.",
				},
				{
					id = "q2", kind = "choice",
					ask = "2, 4, 4, 10에서 10이 100으로 바뀌면 무엇이 그대로일까요?",
					choices = { "평균", "합", "중앙값", "가장 큰 값" },
					answer = 3,
					explain = "가운데에 놓인 두 값은 여전히 4와 4이므로 중앙값은 4입니다.",
				},
			},
		},
		lab {
			id = "Lab-@UNIT@",
			title = "평균과 중앙값을 직접 짜기",
			goal = "labs/mean/goal.md",
			folder = "labs/mean",
			seconds = 20,
			memory_mb = 256,
			pass = "무작위로 뽑은 값에서 평균과 중앙값이 모두 맞아야 합니다.",
			predict = { question = "값 하나를 1000배로 키우면 중앙값은 몇 배가 될까요?", unit = "배" },
			explain = "어떤 자료에서 평균 대신 중앙값을 쓰시겠어요? 까닭도 적어 주세요.",
		},
	},

	further = {
		{ title = "기술 통계", note = "분산과 사분위수까지 이어서 살펴보세요." },
	},
}
