-- A toy that is driven by a prompt: it answers with the label of the line of the prompt that a message resembles most. It counts
-- letters in common and nothing else; what it shares with a language model is that only the words of the prompt can be changed.

local T = require "tensor"

local prompt = {}

prompt.labels = { "대출", "상환", "사고", "예금" }

-- Messages to the credit union, written for this course: { label, text }.
prompt.messages = {
	{ "대출", "전세 자금이 모자란데 얼마까지 빌릴 수 있을까요" },
	{ "대출", "직장 다닌 지 석 달인데 신용 대출이 되나요" },
	{ "대출", "대출 한도를 조회하고 싶어요" },
	{ "대출", "자영업자도 소액 대출을 받을 수 있는지 궁금합니다" },
	{ "대출", "차를 사려는데 돈을 좀 빌리고 싶습니다" },
	{ "대출", "심사에 필요한 서류가 무엇인지 알려 주세요" },
	{ "대출", "거절당했는데 까닭을 알 수 있나요" },
	{ "대출", "소득 증빙이 없어도 신청이 되나요" },
	{ "대출", "신청하고 며칠이면 돈이 들어오나요" },
	{ "대출", "급하게 오백만 원이 필요합니다" },
	{ "대출", "다른 데 빚이 있는데 추가로 빌릴 수 있을까요" },
	{ "대출", "금리 낮은 상품으로 갈아타고 싶어요" },
	{ "대출", "학생인데 등록금을 빌릴 수 있나요" },
	{ "대출", "보증인이 꼭 있어야 하나요" },
	{ "대출", "앱에서 신청하다가 멈췄는데 이어서 할 수 있나요" },
	{ "대출", "한도를 조금 더 올릴 수 없을까요" },
	{ "상환", "이번 달 이자를 며칠 늦게 내도 될까요" },
	{ "상환", "갚는 날을 월급날 뒤로 옮기고 싶어요" },
	{ "상환", "연체가 되면 이자가 얼마나 붙나요" },
	{ "상환", "남은 원금을 한꺼번에 갚으려고 합니다" },
	{ "상환", "중도에 갚으면 수수료가 있나요" },
	{ "상환", "자동 이체가 안 됐다는 문자를 받았어요" },
	{ "상환", "두 달 밀렸는데 나눠서 낼 수 있을까요" },
	{ "상환", "이자가 지난달보다 많이 나왔어요" },
	{ "상환", "직장을 잃어서 당분간 못 갚을 것 같습니다" },
	{ "상환", "다음 납입일이 언제인지 알고 싶어요" },
	{ "상환", "원금은 그대로 두고 이자만 낼 수 있나요" },
	{ "상환", "연체 기록은 언제 없어지나요" },
	{ "상환", "갚은 내역을 문서로 받고 싶습니다" },
	{ "상환", "만기를 여섯 달만 늦출 수 있을까요" },
	{ "상환", "빚을 다 갚았는데 확인서가 필요해요" },
	{ "상환", "오늘이 납입일인데 잔액이 모자라요" },
	{ "사고", "카드를 잃어버렸으니 얼른 정지해 주세요" },
	{ "사고", "모르는 사람에게 돈을 보냈어요" },
	{ "사고", "제가 쓰지 않은 결제가 찍혔습니다" },
	{ "사고", "비밀번호를 다섯 번 틀려서 막혔어요" },
	{ "사고", "지갑째 도둑맞았는데 어떻게 해야 하나요" },
	{ "사고", "이상한 문자의 주소를 눌러 버렸어요" },
	{ "사고", "검찰이라며 돈을 옮기라는 전화가 왔습니다" },
	{ "사고", "계좌에서 모르는 돈이 빠져나갔어요" },
	{ "사고", "휴대폰을 바꿨더니 인증이 안 됩니다" },
	{ "사고", "통장을 분실해서 신고하려고요" },
	{ "사고", "누가 제 이름으로 계좌를 만들었대요" },
	{ "사고", "잘못 보낸 돈을 돌려받고 싶습니다" },
	{ "사고", "해외에서 카드가 결제됐다는 알림이 떴어요" },
	{ "사고", "계좌를 당장 막아 주세요" },
	{ "사고", "신분증을 도둑맞아서 걱정됩니다" },
	{ "사고", "피싱에 속은 것 같아요" },
	{ "예금", "일 년짜리 적금 금리가 얼마인가요" },
	{ "예금", "정기 예금을 새로 들고 싶어요" },
	{ "예금", "만기가 된 적금을 찾으려고 합니다" },
	{ "예금", "아이 이름으로 통장을 만들 수 있나요" },
	{ "예금", "예금을 중간에 깨면 이자를 못 받나요" },
	{ "예금", "목돈 천만 원을 맡기려면 뭐가 좋을까요" },
	{ "예금", "조합원이 되면 예금에 세금이 줄어드나요" },
	{ "예금", "매달 삼십만 원씩 모으는 상품이 있나요" },
	{ "예금", "통장을 하나 더 만들고 싶습니다" },
	{ "예금", "자동 이체로 적금을 넣을 수 있을까요" },
	{ "예금", "예금자 보호는 얼마까지 되나요" },
	{ "예금", "적금 만기일이 언제인지 알고 싶어요" },
	{ "예금", "금리가 오르면 제 예금 이자도 오르나요" },
	{ "예금", "돈을 맡겨 두면 이자는 언제 주나요" },
	{ "예금", "출자금을 더 넣으려면 어떻게 하나요" },
	{ "예금", "예금 잔액 증명서를 떼고 싶어요" },
}

-- Lines that a prompt can hold for each label.
local described = {
	brief = { "대출", "상환", "사고", "예금" },
	plain = { "대출 신청 한도 심사", "상환 이자 납입 연체", "사고 분실 신고 도난", "예금 적금 통장 금리" },
	full = {
		"돈을 빌리고 싶은 사람. 신청, 한도, 심사, 서류, 소득, 급하게 필요한 돈",
		"빌린 돈을 갚는 사람. 이자, 원금, 납입일, 연체, 밀린 돈, 만기, 갚은 내역",
		"다급한 일. 카드나 통장을 잃어버림, 도둑, 모르는 결제, 이상한 문자, 속음, 정지",
		"돈을 맡기는 사람. 예금, 적금, 통장을 만듦, 만기에 찾음, 맡긴 돈의 이자",
	},
}
local examples = {
	one = {
		{ "대출", "삼백만 원을 빌리고 싶은데 되나요" },
		{ "상환", "이자를 이틀 늦게 내도 되나요" },
		{ "사고", "카드를 잃어버렸어요" },
		{ "예금", "적금을 들고 싶어요" },
	},
	three = {
		{ "대출", "프리랜서인데 신용 대출을 받을 수 있을까요" },
		{ "대출", "돈을 빌리고 싶은데 서류와 한도가 궁금합니다" },
		{ "대출", "급하게 필요해서 신청했는데 심사가 며칠 걸리나요" },
		{ "상환", "이번 달 납입일을 며칠 늦추고 싶습니다" },
		{ "상환", "밀린 이자와 원금을 나눠서 내고 싶어요" },
		{ "상환", "빚을 한꺼번에 갚은 내역이 필요해요" },
		{ "사고", "제가 쓰지 않은 결제가 찍혔으니 카드를 막아 주세요" },
		{ "사고", "이상한 문자를 눌렀더니 돈이 빠져나갔어요" },
		{ "사고", "지갑을 도둑맞아서 분실 신고하려고요" },
		{ "예금", "정기 예금 금리가 얼마인지 알고 싶어요" },
		{ "예금", "적금을 만기에 찾으려고 해요" },
		{ "예금", "매달 돈을 모으는 통장을 새로 만들고 싶습니다" },
	},
	-- all of one kind: what comes last is what is remembered
	lopsided = {
		{ "대출", "대출이 되나요" },
		{ "대출", "대출을 받을 수 있나요" },
		{ "대출", "얼마까지 되나요" },
		{ "대출", "며칠이면 되나요" },
	},
}

-- The slots of the template and what can stand in each: 4 × 2 × 4 = 32 variants.
prompt.slots = {
	describe = { "none", "brief", "plain", "full" },
	format = { false, true },
	examples = { "none", "one", "three", "lopsided" },
}

function prompt.variants()
	local list = {}
	for _, describe in ipairs(prompt.slots.describe) do
		for _, format in ipairs(prompt.slots.format) do
			for _, kind in ipairs(prompt.slots.examples) do
				list[#list + 1] = { describe = describe, format = format, examples = kind }
			end
		end
	end
	return list
end

-- The prompt as text, as a person would read it.
function prompt.text(variant, message)
	local lines = { "조합원의 글을 읽고 담당 부서를 정하세요." }
	if variant.format then lines[#lines + 1] = "다음 넷 가운데 한 낱말로만 답하세요: " .. table.concat(prompt.labels, ", ") end
	for k, line in ipairs(described[variant.describe] or {}) do lines[#lines + 1] = prompt.labels[k] .. ": " .. line end
	for _, pair in ipairs(examples[variant.examples] or {}) do lines[#lines + 1] = "글: " .. pair[2] .. " → " .. pair[1] end
	lines[#lines + 1] = "글: " .. message .. " →"
	return table.concat(lines, "\n")
end

-- Single letters and pairs of a text, blanks and signs left out: piece → weight.
local function pieces(text)
	local letters, out = {}, {}
	for _, code in utf8.codes(text) do
		if code > 0x2f then letters[#letters + 1] = utf8.char(code) end
	end
	for i, letter in ipairs(letters) do
		out[letter] = 0.25
		if letters[i + 1] then out[letter .. letters[i + 1]] = 1 end
	end
	return out
end

-- What a prompt shows of each label: piece → the labels whose lines hold it.
local function read(variant)
	local seen, last = {}, 1
	local function note(k, line)
		for piece in pairs(pieces(line)) do
			seen[piece] = seen[piece] or {}
			seen[piece][k] = true
		end
	end
	for k, line in ipairs(described[variant.describe] or {}) do note(k, line) end
	for _, pair in ipairs(examples[variant.examples] or {}) do
		for k, label in ipairs(prompt.labels) do
			if label == pair[1] then note(k, pair[2]); last = k end
		end
	end
	return seen, last
end

local kept = {}

-- The answer of the toy: the label whose lines share most with the message. A piece that several labels hold counts less.
-- Nothing in common: the label named last. Without a list of words to choose from it chats when it is not sure.
function prompt.answer(variant, message)
	local key = variant.describe .. variant.examples
	if not kept[key] then
		local seen, last = read(variant)
		kept[key] = { seen = seen, last = last }
	end
	local seen, scores = kept[key].seen, {}
	for k = 1, #prompt.labels do scores[k] = 0 end
	for piece, weight in pairs(pieces(message)) do
		local holders, count = seen[piece] or {}, 0
		for _ in pairs(holders) do count = count + 1 end
		for k in pairs(holders) do scores[k] = scores[k] + math.floor(4096 * weight / count ^ 2) end
	end
	local best = kept[key].last
	for k, score in ipairs(scores) do
		if score > scores[best] then best = k end
	end
	if not variant.format and scores[best] < 4096 * 1.5 then return "무엇을 도와드릴까요?" end
	return prompt.labels[best]
end

-- A set of n questions in an order that the seed decides.
function prompt.questions(n, seed)
	T.seed(seed)
	local out = {}
	for _, i in ipairs(T.permutation(#prompt.messages):totable()) do
		if #out < n then out[#out + 1] = { label = prompt.messages[i + 1][1], text = prompt.messages[i + 1][2] } end
	end
	return out
end

return prompt
