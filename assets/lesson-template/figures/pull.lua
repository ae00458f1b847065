-- 그림은 상태를 만들고(init), 키를 받아 바꾸고(key), 그립니다(draw). say는 화면을 보지 않는 사람에게 하는 말입니다.
local function mean_and_median(values)
	local sum, sorted = 0, {}
	for i, value in ipairs(values) do
		sum = sum + value
		sorted[i] = value
	end
	table.sort(sorted)
	return sum / #values, (sorted[2] + sorted[3]) / 2
end

return {
	keys = { { "left/right", "마지막 값 바꾸기" } },

	init = function()
		return { values = { 2, 4, 4, 10 } }
	end,

	key = function(state, key)
		if key == "left" then
			state.values[4] = math.max(0, state.values[4] - 10)
		elseif key == "right" then
			state.values[4] = math.min(1000, state.values[4] + 10)
		end
	end,

	draw = function(state, canvas)
		local mean, median = mean_and_median(state.values)
		canvas:text(3, 2, "값      " .. table.concat(state.values, "   "), "normal")
		canvas:text(3, 4, string.format("평균    %.2f", mean), "accent")
		canvas:text(3, 5, string.format("중앙값  %.2f", median), "good")
	end,

	say = function(state)
		local mean, median = mean_and_median(state.values)
		return string.format("마지막 값이 %d일 때 평균은 %.2f, 중앙값은 %.2f입니다.", state.values[4], mean, median)
	end,
}
