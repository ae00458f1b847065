-- The help desk of the loan office (LC-9): questions as people type them, notices in the office's words, and the loans table.
-- Everything is made up with a seed; the topic behind a question is known.
--
--   local desk = require "lifecycle.desk"
--   local log = desk.questions { count = 400, seed = 1 }            -- { text, topic (0…7), new }
--   local question, notice = desk.space(log)                        -- learned from questions and the notices that answered them
--   local v = question(log[1].text)                                 -- a unit vector of desk.BUCKETS numbers

local T = require "tensor"
local ml = require "ml"

local desk = { BUCKETS = 128 }

-- topic: notice in the office's words; how people have asked so far; how some of them ask since the launch
desk.topics = {
	{ name = "한도", notice = "대출 한도는 소득 증빙과 신용 평점에 따라 산정합니다. 최대 3,000만 원입니다.",
	  asked = { "얼마까지 빌릴 수 있어요", "최대 몇 천까지 돼요", "돈을 더 빌리고 싶은데", "제가 받을 수 있는 금액이 궁금해요", "빌릴 수 있는 돈이 얼마인지" },
	  since = { "영끌하면 어디까지 나와요", "땡길 수 있는 만큼 다 땡기면요" } },
	{ name = "금리", notice = "적용 이율은 연 4.8%부터이며 변동 금리는 6개월마다 조정됩니다.",
	  asked = { "이자가 몇 프로예요", "한 달에 이자 얼마 나가요", "이자가 왜 올랐어요", "싼 이자로 바꿀 수 있나요", "이자율이 궁금합니다" },
	  since = { "요즘 짠테크 중인데 더 낮은 데로 갈아타고 싶어요", "다른 데는 3프로대던데 여긴 왜 이래요" } },
	{ name = "서류", notice = "신청 시 재직 증명원, 원천 징수 영수증, 신분증 사본을 제출합니다.",
	  asked = { "뭐 가져가야 해요", "준비물이 뭐예요", "신청하려면 어떤 걸 떼어 가야 하나요", "종이로 내야 하는 거 있어요", "필요한 증명서가 뭔가요" },
	  since = { "프리랜서라 회사 도장 찍힌 게 없는데요", "알바만 하는데 뭘 보여 드리면 돼요" } },
	{ name = "상환", notice = "중도 상환 수수료는 3년이 지나면 면제되며 원금은 매월 자동 이체로 납부합니다.",
	  asked = { "미리 갚아도 돼요", "한꺼번에 갚으면 벌금 있나요", "갚는 날을 바꾸고 싶어요", "다 갚으려면 얼마 남았나요", "빨리 갚으면 뭐가 좋아요" },
	  since = { "보너스 탔는데 싹 털어 버리고 싶어요", "로또 됐어요 빚 청산하려고요" } },
	{ name = "연체", notice = "납부일을 넘기면 지연 배상금이 부과되고 신용 평점에 영향을 줄 수 있습니다.",
	  asked = { "돈을 못 냈는데 어떻게 돼요", "하루 늦었는데 괜찮나요", "깜빡하고 이번 달 것을 안 냈어요", "늦으면 얼마나 더 내요", "통장에 돈이 없어서 안 빠져나갔어요" },
	  since = { "월급이 밀려서 펑크 났어요", "텅장이라 이번엔 빵꾸예요" } },
	{ name = "분실", notice = "통장과 카드의 사고 신고는 24시간 접수하며 즉시 지급을 정지합니다.",
	  asked = { "카드를 잃어버렸어요", "통장이 없어졌어요", "지갑을 두고 내렸어요 막아 주세요", "도둑맞은 것 같아요", "카드를 못 찾겠어요" },
	  since = { "체카가 실종됐어요", "가방째 털렸는데 어떡해요" } },
	{ name = "앱", notice = "모바일 뱅킹 접속 오류는 인증서 재발급과 비밀번호 초기화로 해결합니다.",
	  asked = { "로그인이 안 돼요", "비밀번호를 까먹었어요", "휴대폰 화면이 안 넘어가요", "핸드폰을 바꿨더니 안 들어가져요", "자꾸 튕겨요" },
	  since = { "폰 갈아엎었더니 먹통이에요", "얼굴 인식이 저를 못 알아봐요" } },
	{ name = "예금", notice = "정기 적금은 만기일에 자동 해지되며 비과세 한도는 조합원 기준입니다.",
	  asked = { "모으던 게 언제 끝나요", "적금 깨면 손해인가요", "목돈 넣어 두면 얼마 붙어요", "매달 조금씩 모으고 싶어요", "만기 되면 어디로 들어와요" },
	  since = { "풍차 돌리기 하려고요", "티끌 모아 태산 하고 싶어요" } },
}

local openings = { "", "", "저기요 ", "안녕하세요 ", "문의드립니다 ", "급해요 ", "어제 전화했는데 " }
local endings = { "", "", "?", "ㅠㅠ", " 알려 주세요", " 빨리요", " 감사합니다" }

local function one_of(list)
	return list[T.randint(1, #list + 1, { 1 }):item()]
end

-- options: count, seed, since (share of those who ask in the new way, default 0)
function desk.questions(options)
	T.seed(options.seed)
	local out = {}
	for i = 1, options.count do
		local topic = T.randint(0, #desk.topics, { 1 }):item()
		local new = T.rand(1):item() < (options.since or 0)
		local t = desk.topics[topic + 1]
		local text = one_of(openings) .. one_of(new and t.since or t.asked) .. one_of(endings)
		if T.rand(1):item() < 0.3 then text = text:gsub(" ", "") end
		out[i] = { text = text, topic = topic, new = new }
	end
	return out
end

local function unit(row)
	local sum = 0
	for _, value in ipairs(row) do sum = sum + value ^ 2 end
	local length = math.sqrt(math.max(sum, 1e-12))
	for i, value in ipairs(row) do row[i] = value / length end
	return row
end

-- How often each pair of neighbouring letters stands in a text, in BUCKETS drawers.
function desk.counts(text)
	local row, letters = {}, {}
	for i = 1, desk.BUCKETS do row[i] = 0 end
	for _, code in utf8.codes(text) do
		if code > 32 then letters[#letters + 1] = code end
	end
	for i = 1, #letters - 1 do
		local at = (letters[i] * 31 + letters[i + 1] * 17) % desk.BUCKETS + 1
		row[at] = row[at] + 1
	end
	for i = 1, desk.BUCKETS do row[i] = math.log(1 + row[i]) end
	return unit(row)
end

-- Two views of one meaning, learned from the past: a matrix that carries a question to where the notice that answered it
-- lies, so that words which share no letter come to lie near each other. Returns functions question(text) and notice(text),
-- both giving unit vectors (lists of BUCKETS numbers).
function desk.space(log)
	local questions, notices = {}, {}
	for i, entry in ipairs(log) do
		questions[i], notices[i] = desk.counts(entry.text), desk.counts(desk.topics[entry.topic + 1].notice)
	end
	local q, n = T.tensor(questions), T.tensor(notices)
	local carry = T.linalg.solve(q:transpose():matmul(q) + T.eye(desk.BUCKETS), q:transpose():matmul(n))
	return function(text)
		return unit(T.tensor({ desk.counts(text) }):matmul(carry):totable()[1])
	end, desk.counts
end

-- The model that names the topic of a question, from questions whose topic is known.
function desk.train(log)
	local x, y = {}, {}
	for i, entry in ipairs(log) do x[i], y[i] = desk.counts(entry.text), entry.topic end
	local model = ml.logistic(x, y, { l2 = 0.3 })
	return function(text) return model:probabilities({ desk.counts(text) }):totable()[1] end
end

function desk.best(probabilities)
	local at = 1
	for k, p in ipairs(probabilities) do
		if p > probabilities[at] then at = k end
	end
	return at - 1, probabilities[at]
end

function desk.accuracy(classify, list)
	local right = 0
	for _, entry in ipairs(list) do
		if desk.best(classify(entry.text)) == entry.topic then right = right + 1 end
	end
	return right / #list
end

-- The loans table: exact facts under a key.
function desk.loans(count, seed)
	T.seed(seed)
	local rows = {}
	for i = 1, count do
		local id = 3000 + i
		rows[id] = { id = id, balance = T.randint(50, 2000, { 1 }):item(), late = T.randint(0, 3, { 1 }):item() }
	end
	return rows
end

return desk
