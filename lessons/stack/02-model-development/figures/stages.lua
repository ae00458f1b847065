-- Going on from pre-trained weights beside beginning anew: perplexity on the domain, step by step, of two small GPTs.

local corpus = require "stack.corpus"

local STEPS, MOST = 20, 10

local function note(state)
	local lab = state.lab
	for _, run in ipairs(state.runs) do
		run.domain[#run.domain + 1] = lab.perplexity(run.model, lab.domain_test)
		run.general[#run.general + 1] = lab.perplexity(run.model, lab.general_test)
	end
end

return {
	keys = { { "right", "도메인 글로 20걸음 더" }, { "o", "처음부터" } },

	init = function(seed)
		local lab = corpus.workshop(corpus.letters, 5, 1200)
		local base = lab.learn(lab.new(), lab.general, 300)
		local state = { lab = lab, base = base }
		state.restart = function()
			state.runs = {
				{ name = "파인튜닝", model = lab.copy(base), domain = {}, general = {} },
				{ name = "처음부터", model = lab.new(), domain = {}, general = {} },
			}
			note(state)
		end
		state.restart()
		return state
	end,

	key = function(state, key)
		if key == "o" then state.restart()
		elseif key == "right" and #state.runs[1].domain <= MOST then
			for _, run in ipairs(state.runs) do state.lab.learn(run.model, state.lab.domain, STEPS, 2e-3) end
			note(state)
		end
	end,

	draw = function(state, canvas)
		local tuned, fresh = state.runs[1], state.runs[2]
		local n = #tuned.domain
		canvas:text(1, 1, string.format("도메인 글(라이프 사이클 코스)로 %d걸음 배운 뒤", (n - 1) * STEPS), "bold")
		canvas:text(1, 3, "당혹도(낮을수록 좋음)    도메인 글    일반 글", "dim")
		canvas:text(1, 4, string.format("  파인튜닝(이어서)        %8.1f   %8.1f", tuned.domain[n], tuned.general[n]), "good")
		canvas:text(1, 5, string.format("  무작위에서 시작         %8.1f   %8.1f", fresh.domain[n], fresh.general[n]), "warn")
		if n > 1 then
			local logs = { {}, {} }
			for k = 1, n do logs[1][k], logs[2][k] = math.log(tuned.domain[k]), math.log(fresh.domain[k]) end
			canvas:line(1, 7, 60, 8, logs, { labels = { "파인튜닝", "처음부터" } })
			canvas:text(63, 7, "로그 당혹도", "dim")
		else
			canvas:text(1, 8, "사전 학습을 300걸음 마쳤습니다. 아직 도메인 글은 보지 않았습니다.", "dim")
			canvas:text(1, 10, "→를 누르면 두 모델이 같은 도메인 글로 20걸음씩 배웁니다.", "dim")
		end
		canvas:text(1, 16, n == 1 and "두 모델의 출발점이 어떻게 다른가요?" or string.format("출발할 때의 도메인 당혹도: 파인튜닝 %.1f, 처음부터 %.1f", tuned.domain[1],
			fresh.domain[1]), "accent")
	end,

	say = function(state)
		local tuned, fresh = state.runs[1], state.runs[2]
		local n = #tuned.domain
		return string.format("도메인 글로 %d걸음 배운 뒤 당혹도는 파인튜닝 %.1f, 무작위에서 시작 %.1f입니다.", (n - 1) * STEPS, tuned.domain[n], fresh.domain[n])
	end,
}
