-- Going on training with 150 slanted digits and some of the old ones: each setting is trained when it is first visited.

local scanner = require "lifecycle.scanner"

local COUNTS = { 0, 50, 150, 300, 600 }

local function start(state)
	state.base = scanner.train(state.world.old, { seed = state.seed })
	state.before = { old = scanner.accuracy(state.base, state.world.old_test), new = scanner.accuracy(state.base, state.world.new_test) }
	state.fresh = scanner.pick(state.world.new_pool, 15, state.seed)
	state.done = {}
end

local function visit(state)
	local count = COUNTS[state.at]
	if state.done[state.at] then return end
	local set = state.fresh
	if count > 0 then set = scanner.join(set, scanner.pick(state.world.old, count // 10, state.seed + 7)) end
	local model = scanner.train(set, { seed = state.seed, start = state.base })
	state.done[state.at] = { old = scanner.accuracy(model, state.world.old_test), new = scanner.accuracy(model, state.world.new_test) }
end

local function picture(set, at)
	return set.images:select(1, at):reshape(8, 8)
end

return {
	keys = {
		{ "left/right", "섞을 옛 사진 수" },
		{ "up/down", "다른 글씨 보기" },
		{ "n", "처음부터 다시(다른 시드)" },
	},

	init = function()
		local state = { at = 1, shown = 1, seed = 8, world = scanner.world() }
		start(state)
		visit(state)
		return state
	end,

	key = function(state, key)
		if key == "left" then state.at = math.max(1, state.at - 1)
		elseif key == "right" then state.at = math.min(#COUNTS, state.at + 1)
		elseif key == "up" then state.shown = state.shown % 500 + 1
		elseif key == "down" then state.shown = (state.shown - 2) % 500 + 1
		elseif key == "n" then
			state.seed = state.seed % 8 + 1
			start(state)
		else return end
		visit(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("새 스캐너 사진 150장 + 옛 사진 %d장", COUNTS[state.at]), "bold")
		canvas:text(2, 3, "옛 스캐너", "dim")
		canvas:text(15, 3, "새 스캐너", "dim")
		canvas:image(2, 4, 10, 5, picture(state.world.old_test, state.shown), { min = 0, max = 1 })
		canvas:image(15, 4, 10, 5, picture(state.world.new_test, state.shown), { min = 0, max = 1 })
		canvas:text(2, 10, string.format("같은 사람이 쓴 %d", state.world.old_test.labels:get(state.shown)), "dim")
		canvas:text(29, 3, "섞은 옛 사진  옛 시험  새 시험   옛것의 변화", "dim")
		canvas:text(29, 4, string.format("재훈련 전      %.3f    %.3f", state.before.old, state.before.new))
		for i, count in ipairs(COUNTS) do
			local s = state.done[i]
			local style = i == state.at and "accent" or "normal"
			local line = string.format("%s %4d장", i == state.at and "▶" or " ", count)
			if s then
				line = line .. string.format("       %.3f    %.3f   %+6.1f점", s.old, s.new, 100 * (s.old - state.before.old))
			else
				line = line .. "       …        …"
			end
			canvas:text(29, 4 + i, line, style)
		end
		local s = state.done[state.at]
		local lost = 100 * (state.before.old - s.old)
		canvas:text(2, 12, "옛 시험", "dim")
		canvas:bars(10, 12, 60, 1, { s.old }, { min = 0, max = 1 })
		canvas:text(2, 13, "새 시험", "dim")
		canvas:bars(10, 13, 60, 1, { s.new }, { min = 0, max = 1 })
		canvas:text(2, 15, lost >= 4 and "새것은 배웠는데 옛것을 많이 잊었습니다." or
			(lost <= 2.5 and "새것을 배우면서 옛것도 지켰습니다." or "옛것을 조금 잊었습니다."), lost >= 4 and "bad" or "good")
		canvas:text(2, 16, string.format("시드 %d · 500장으로 시험", state.seed), "dim")
	end,

	say = function(state)
		local s = state.done[state.at]
		return string.format("옛 사진 %d장을 섞으면 옛 시험 %.3f, 새 시험 %.3f입니다. 재훈련 전에는 옛 시험 %.3f, 새 시험 %.3f이었습니다.", COUNTS[state.at],
			s.old, s.new, state.before.old, state.before.new)
	end,
}
