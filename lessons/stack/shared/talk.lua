-- A customer's conversation made from a seed: facts between small talk, some of them corrected later.
--
--   local talk = require "stack.talk"
--   local turns, facts = talk.make(7)       -- { { who = "손님", text = "…" }, … }, { ["주문 번호"] = "4821", … }
--   talk.key(text)                          -- "주문 번호" when the text states that fact, else nil
--   talk.tokens(text)                       -- how much room a text takes

local T = require "tensor"

local talk = {}

local FACTS = {
	{ key = "이름", say = "제 이름은 %s입니다.", values = { "김하늘", "이도윤", "박서연", "최지호" } },
	{ key = "주문 번호", say = "주문 번호는 %s번이에요.", values = { "4821", "7730", "1956", "3304" } },
	{ key = "배송지", say = "배송지는 %s로 해 주세요.", values = { "전주 완산동", "춘천 효자동", "여수 학동", "원주 단계동" } },
	{ key = "알레르기", say = "알레르기가 있어서 %s은 빼야 해요.", values = { "땅콩", "복숭아", "새우", "우유" } },
	{ key = "전화", say = "전화는 %s로 주세요.", values = { "010-2231-4410", "010-9082-7715", "010-5567-3021", "010-4410-2231" } },
}

local CHATTER = {
	"안녕하세요, 문의드려요.", "네, 확인해 보겠습니다.", "오늘 날씨가 참 좋네요.", "아까 다른 데에 전화했다가 한참 기다렸어요.",
	"불편을 드려 죄송합니다.", "괜찮아요, 천천히 하세요.", "그 제품은 저도 써 봤는데 참 좋더라고요.", "색이 사진보다 조금 어두운 것 같아요.",
	"조금만 기다려 주시겠어요?", "선물로 줄 거라서 예쁘게 왔으면 좋겠어요.", "지난번에도 친절하게 해 주셔서 다시 왔어요.", "포장을 뜯기 전인데 괜찮을까요?",
	"네, 알겠습니다.", "혹시 더 필요한 것이 있으신가요?", "아니요, 그 정도면 돼요.", "우리 아이가 아주 기다리고 있거든요.",
}

function talk.tokens(text)
	return (utf8.len(text) + 1) // 2
end

function talk.key(text)
	for _, fact in ipairs(FACTS) do
		local before = fact.say:match("^(.-)%%s")
		if text:find(before, 1, true) then return fact.key end
	end
	return nil
end

local function pick(list)
	return list[T.randint(1, #list + 1, 1):item()]
end

function talk.make(seed)
	T.seed(seed)
	local turns, facts, planned = {}, {}, {}
	for i, fact in ipairs(FACTS) do planned[i * 4] = { fact = fact, value = pick(fact.values) } end
	-- two of the facts are corrected later
	for k = 1, 2 do
		local i = T.randint(1, #FACTS + 1, 1):item()
		local first = planned[i * 4].value
		local value = first
		while value == first do value = pick(FACTS[i].values) end
		planned[22 + k] = { fact = FACTS[i], value = value, again = true }
	end
	for i = 1, 30 do
		local plan = planned[i]
		local text = plan and (plan.again and "아, 잘못 말했어요. " or "") .. plan.fact.say:format(plan.value) or pick(CHATTER)
		if plan then facts[plan.fact.key] = plan.value end
		turns[i] = { who = plan and "손님" or (i % 2 == 0 and "상담원" or "손님"), text = text }
	end
	return turns, facts
end

return talk
