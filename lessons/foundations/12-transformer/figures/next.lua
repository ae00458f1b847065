-- A word model counted from twenty sentences: the distribution of the next word, temperature, top-p, and made-up facts.

local corpus = {
	"서울은 한국의 수도다", "파리는 프랑스의 수도다", "도쿄는 일본의 수도다", "런던은 영국의 수도다", "서울은 지금도 한국의 수도다",
	"서울이 바로 한국의 수도다", "부산은 한국의 큰 도시다", "부산은 한국의 항구다", "부산은 바다가 있다", "인천은 항구 도시다",
	"강아지가 의자에 앉아 있다", "강아지가 소파에 앉아 있다", "고양이가 의자에 앉아 있다", "고양이가 창가에 누워 있다",
	"강아지가 마당에서 뛰고 있다", "아이가 의자에 앉아 있다", "아이가 마당에서 뛰고 있다", "고양이가 소파에 누워 있다",
	"제주는 한국의 큰 섬이다", "제주는 바다가 있다",
}
local starts = { "부산은", "제주는", "강아지가", "고양이가", "서울은", "인천은" }
local temperatures = { 0.1, 0.5, 1.0, 1.5, 2.0 }
local limits = { 1.0, 0.9, 0.7, 0.5 }

local counts, written = {}, {}
for _, sentence in ipairs(corpus) do
	written[sentence] = true
	local before
	for word in (sentence .. " ."):gmatch("%S+") do
		if before then
			counts[before] = counts[before] or {}
			counts[before][word] = (counts[before][word] or 0) + 1
		end
		before = word
	end
end

-- Candidates after a word: { word, probability, kept }, most likely first.
local function distribution(state, word)
	local list, total = {}, 0
	for next_word, n in pairs(counts[word] or { ["."] = 1 }) do
		local weight = n ^ (1 / temperatures[state.temperature])
		list[#list + 1] = { word = next_word, weight = weight }
		total = total + weight
	end
	table.sort(list, function(a, b)
		if a.weight ~= b.weight then return a.weight > b.weight end
		return a.word < b.word
	end)
	local sum = 0
	for _, entry in ipairs(list) do
		entry.p = entry.weight / total
		entry.kept = sum < limits[state.limit] - 1e-9
		sum = sum + entry.p
	end
	return list
end

local function last(state) return state.text[#state.text] end

local function extend(state)
	if last(state) == "." or #state.text >= 9 then return end
	local list, total = distribution(state, last(state)), 0
	for _, entry in ipairs(list) do
		if entry.kept then total = total + entry.p end
	end
	local draw = math.random() * total
	for _, entry in ipairs(list) do
		if entry.kept then
			draw = draw - entry.p
			if draw <= 0 then
				state.text[#state.text + 1] = entry.word
				return
			end
		end
	end
end

local function restart(state) state.text = { starts[state.start] } end

local function sentence_of(state)
	return (table.concat(state.text, " "):gsub(" %.$", ""))
end

return {
	keys = {
		{ "right", "한 낱말 더" },
		{ "left", "한 낱말 지우기" },
		{ "e", "끝까지" },
		{ "up/down", "온도" },
		{ "p", "top-p" },
		{ "n", "첫 낱말 바꾸기" },
	},

	init = function(seed)
		math.randomseed(seed)
		local state = { temperature = 3, limit = 1, start = 1 }
		restart(state)
		return state
	end,

	key = function(state, key)
		if key == "right" then extend(state)
		elseif key == "left" then
			if #state.text > 1 then table.remove(state.text) end
		elseif key == "e" then
			while last(state) ~= "." and #state.text < 9 do extend(state) end
		elseif key == "up" then state.temperature = math.min(#temperatures, state.temperature + 1)
		elseif key == "down" then state.temperature = math.max(1, state.temperature - 1)
		elseif key == "p" then state.limit = state.limit % #limits + 1
		elseif key == "n" then
			state.start = state.start % #starts + 1
			restart(state)
		end
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("온도 %.1f · top-p %.1f · 읽은 문장 %d개", temperatures[state.temperature], limits[state.limit],
			#corpus), "bold")
		canvas:text(1, 3, table.concat(state.text, " "), "accent")
		if last(state) == "." then
			local known = written[sentence_of(state)]
			canvas:text(1, 5, known and "읽은 적 있는 문장입니다." or "한 번도 읽은 적 없는 문장입니다. 참인지는 따로 확인해야 합니다.",
				known and "good" or "warn")
			canvas:text(1, 7, "left로 지우거나 n으로 다시 시작해 보세요.", "dim")
		else
			canvas:text(1, 5, "'" .. last(state) .. "' 다음에 올 낱말", "dim")
			for i, entry in ipairs(distribution(state, last(state))) do
				if i <= 8 then
					canvas:text(1, 5 + i, entry.word, entry.kept and "normal" or "dim")
					canvas:text(14, 5 + i, string.rep("█", math.floor(entry.p * 40 + 0.5)), entry.kept and "s1" or "dim")
					canvas:text(56, 5 + i, string.format("%.3f%s", entry.p, entry.kept and "" or "  잘림"), entry.kept and "accent" or "dim")
				end
			end
		end
		canvas:text(1, 15, "온도를 0.1로 낮추고 '부산은'을 끝까지 이으면 늘 같은 문장입니다. 참인가요?", "dim")
	end,

	say = function(state)
		if last(state) == "." then
			return string.format("'%s'라고 썼습니다. 읽은 %d문장 가운데 %s.", sentence_of(state), #corpus,
				written[sentence_of(state)] and "있던 문장입니다" or "없던 문장입니다")
		end
		local parts = {}
		for i, entry in ipairs(distribution(state, last(state))) do
			if i <= 4 then parts[i] = string.format("%s %.3f", entry.word, entry.p) end
		end
		return string.format("온도 %.1f에서 '%s' 다음 낱말의 확률은 %s입니다.", temperatures[state.temperature], last(state), table.concat(parts, ", "))
	end,
}
