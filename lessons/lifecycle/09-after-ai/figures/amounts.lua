-- Exact facts and likeness: the balance of a loan looked up by its number, and "found" by the likeness of its line of text.

local desk = require "lifecycle.desk"

local COUNT = 40

local function line(row)
	return string.format("대출 %d번 잔액 %d만 원 연체 %d회", row.id, row.balance, row.late)
end

local function start(state)
	state.loans = desk.loans(COUNT, state.seed)
	state.vectors = {}
	for i = 1, COUNT do state.vectors[i] = desk.counts(line(state.loans[3000 + i])) end
end

local function nearest(state)
	local query, scores = desk.counts(string.format("대출 %d번 잔액 얼마", state.id)), {}
	for i = 1, COUNT do
		local sum = 0
		for k = 1, #query do sum = sum + query[k] * state.vectors[i][k] end
		scores[i] = { id = 3000 + i, score = sum }
	end
	table.sort(scores, function(a, b) return a.score > b.score or (a.score == b.score and a.id < b.id) end)
	return scores
end

local function right(state)
	local id, count = state.id, 0
	for i = 1, COUNT do
		state.id = 3000 + i
		if nearest(state)[1].id == state.id then count = count + 1 end
	end
	state.id = id
	return count
end

local function refresh(state)
	state.scores = nearest(state)
end

return {
	keys = {
		{ "left/right", "대출 번호" },
		{ "n", "다른 장부" },
	},

	init = function()
		local state = { id = 3000, seed = 1 }
		start(state)
		state.right = right(state)
		repeat -- begin where likeness goes wrong
			state.id = state.id + 1
			refresh(state)
		until state.scores[1].id ~= state.id or state.id == 3000 + COUNT
		return state
	end,

	key = function(state, key)
		if key == "left" then state.id = 3000 + (state.id - 3002) % COUNT + 1
		elseif key == "right" then state.id = 3000 + (state.id - 3000) % COUNT + 1
		elseif key == "n" then
			state.seed = state.seed + 1
			start(state)
			state.right = right(state)
		else return end
		refresh(state)
	end,

	draw = function(state, canvas)
		canvas:text(1, 1, string.format("“대출 %d번 잔액 얼마예요?”", state.id), "bold")
		canvas:box(1, 3, 34, 6, "표에서 번호로 찾기")
		local row = state.loans[state.id]
		canvas:text(3, 5, string.format("%d번  잔액 %d만 원", row.id, row.balance), "good")
		canvas:text(3, 7, "같은 번호는 하나뿐입니다.", "dim")
		canvas:box(37, 3, 41, 8, "벡터로 비슷한 것 찾기")
		for k = 1, 5 do
			local hit = state.scores[k]
			local other = state.loans[hit.id]
			canvas:text(39, 3 + k, string.format("%d. %d번 잔액 %4d만 원  닮음 %.3f", k, hit.id, other.balance, hit.score),
				hit.id == state.id and "good" or (k == 1 and "bad" or "normal"))
		end
		local first = state.scores[1].id
		canvas:text(39, 9, first == state.id and "첫째가 맞는 번호입니다." or "첫째가 다른 사람의 대출입니다.", first == state.id and "good" or "bad")
		canvas:text(1, 12, string.format("대출 %d건을 모두 물어보면", COUNT), "dim")
		canvas:text(1, 13, string.format("표: %d건 정확", COUNT), "good")
		canvas:text(1, 14, string.format("벡터: %d건 정확, %d건은 남의 금액을 말함", state.right, COUNT - state.right), state.right == COUNT and "good" or "bad")
		canvas:text(1, 16, "닮음은 ‘비슷한 것’을 찾습니다. 금액은 비슷하면 안 됩니다.", "accent")
	end,

	say = function(state)
		return string.format("대출 %d번을 물으면 표는 잔액 %d만 원을, 벡터는 %d번의 잔액 %d만 원을 찾습니다. 대출 %d건 가운데 벡터가 맞힌 것은 %d건입니다.", state.id,
			state.loans[state.id].balance, state.scores[1].id, state.loans[state.scores[1].id].balance, COUNT, state.right)
	end,
}
