-- Stage 1, the problem: what is predicted, how success is measured, what mistakes cost.
return {
	seed = 1,
	options = { miss = 300, alarm = 40 },
	run = function(_, options)
		return {
			unit = "소액 대출 신청 한 건",
			when = "신청을 받은 때",
			target = "12달 안에 90일 넘게 연체하는가(부실, 1이면 부실)",
			costs = { miss = options.miss, alarm = options.alarm },
			goal = { metric = "한 건에 드는 비용(만 원)", better_than = "rule", by = 0.1 },
			rule = "최근 1년 연체가 2회 이상이면 거절",
			limits = { milliseconds = 50, explain = "거절한 까닭을 세 가지까지 말할 수 있어야 한다" },
		}
	end,
}
