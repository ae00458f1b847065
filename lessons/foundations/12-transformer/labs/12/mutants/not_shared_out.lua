-- mistake: what is kept is not made to sum to one again
-- expects: 다시 나
local function softmax(list)
	local most, total, out = -math.huge, 0, {}
	for _, v in ipairs(list) do most = math.max(most, v) end
	for i, v in ipairs(list) do
		out[i] = math.exp(v - most)
		total = total + out[i]
	end
	for i = 1, #out do out[i] = out[i] / total end
	return out
end

local function causal_weights(scores)
	local weights = {}
	for i, row in ipairs(scores) do
		local kept = softmax({ table.unpack(row, 1, i) })
		for j = i + 1, #row do kept[j] = 0 end
		weights[i] = kept
	end
	return weights
end

local function tempered(scores, temperature)
	local scaled = {}
	for i, v in ipairs(scores) do scaled[i] = v / temperature end
	return softmax(scaled)
end

local function top_p(probabilities, p)
	local order, out, sum = {}, {}, 0
	for i = 1, #probabilities do order[i], out[i] = i, 0 end
	table.sort(order, function(a, b) return probabilities[a] > probabilities[b] end)
	for _, i in ipairs(order) do
		if sum >= p then break end
		out[i] = probabilities[i]
		sum = sum + probabilities[i]
	end
	return out
end

local function answer(question, model, documents)
	for _, fact in ipairs(documents) do
		if fact.entity == question.entity and fact.relation == question.relation then return fact.value end
	end
	return nil
end

return { causal_weights = causal_weights, tempered = tempered, top_p = top_p, answer = answer }
