-- Lab-LC-9: 모델과 사람과 장부를 잇기
local desk = require "lifecycle.desk"

-- 1. 코사인이 큰 차례로 k개
local function search(index, query, k)
	local hits = {}
	for id, entry in pairs(index) do
		-- TODO: score
		hits[#hits + 1] = { id = id, text = entry.text, score = 0 }
	end
	-- TODO: 차례와 개수
	return hits
end

-- 2. now까지의 변경을 색인에 반영
local function sync(index, log, now)
	-- TODO
end

-- 3. 문의에 적힌 번호의 장부 한 줄
local function facts(text, loans)
	-- TODO: text:match("%d%d%d%d")가 네 자리 수를 찾습니다. loans의 열쇠는 숫자입니다.
	return nil
end

-- 4. "auto" 또는 "human"
local function decide(probabilities, amount, limits)
	-- TODO
	return "auto"
end

-- 5. 화면에 보일 글
local function screen(reply, limits)
	-- TODO: 지금은 숫자 하나만 보입니다.
	return ("%s %.3f"):format(reply.topic, reply.sure)
end

-- 6. 고쳐 준 것만, 나중 것만
local function corrections(feedback)
	local rows = {}
	-- TODO
	return rows
end

-- 여기부터는 고치지 않아도 됩니다. 문의 세 건에 답해 봅니다.
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
