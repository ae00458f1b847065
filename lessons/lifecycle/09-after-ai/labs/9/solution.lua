local desk = require "lifecycle.desk"

local function search(index, query, k)
	local hits = {}
	for id, entry in pairs(index) do
		local score = 0
		for i, value in ipairs(query) do score = score + value * entry.vector[i] end
		hits[#hits + 1] = { id = id, text = entry.text, score = score }
	end
	table.sort(hits, function(a, b) return a.score > b.score or (a.score == b.score and a.id < b.id) end)
	for i = #hits, k + 1, -1 do hits[i] = nil end
	return hits
end

local function sync(index, log, now)
	for _, change in ipairs(log) do
		if change.time <= now then
			index[change.id] = change.kind == "put" and { text = change.text, vector = change.vector } or nil
		end
	end
end

local function facts(text, loans)
	local number = text:match("%d%d%d%d")
	return number and loans[tonumber(number)] or nil
end

local function decide(probabilities, amount, limits)
	local most = 0
	for _, p in ipairs(probabilities) do most = math.max(most, p) end
	if most < limits.confidence or (amount and amount >= limits.amount) then return "human" end
	return "auto"
end

local function screen(reply, limits)
	local lines = { ("‘%s’ 문의 같아요 (%d%%)"):format(reply.topic, math.floor(reply.sure * 100 + 0.5)) }
	if reply.sure < limits.confidence then lines[#lines + 1] = "확실하지 않으니 한 번 더 살펴 주세요." end
	if reply.fact then lines[#lines + 1] = reply.fact end
	lines[#lines + 1] = "근거: " .. reply.source
	lines[#lines + 1] = "[ 맞아요 ] [ 고치기 ]"
	return table.concat(lines, "\n")
end

local function corrections(feedback)
	local last = {}
	for _, entry in ipairs(feedback) do
		if entry.corrected and not (last[entry.id] and last[entry.id].time > entry.time) then last[entry.id] = entry end
	end
	local rows = {}
	for _, entry in ipairs(feedback) do
		if last[entry.id] == entry then rows[#rows + 1] = { text = entry.text, topic = entry.corrected } end
	end
	return rows
end

local log = desk.questions { count = 300, seed = 1 }
local classify, question, notice = desk.train(log), desk.space(log)
local index = {}
for id, topic in ipairs(desk.topics) do index[id] = { text = topic.notice, vector = notice(topic.notice) } end
local limits = { confidence = 0.6, amount = 1000 }
for _, text in ipairs { "3007번 대출 다 갚으려면 얼마 남았나요", "카드를 잃어버렸어요", "텅장이라 이번엔 빵꾸예요" } do
	local topic, sure = desk.best(classify(text))
	local hit = search(index, question(text), 1)[1]
	local row = facts(text, desk.loans(40, 1))
	print(text)
	print("  " .. screen({ topic = desk.topics[topic + 1].name, sure = sure, source = hit and hit.text or "",
		fact = row and ("잔액 %d만 원"):format(row.balance) }, limits):gsub("\n", "\n  "))
end

return { search = search, sync = sync, facts = facts, decide = decide, screen = screen, corrections = corrections }
