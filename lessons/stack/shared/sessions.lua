-- Users who try two versions of a product, made from a seed with a known true effect.
--
--   local sessions = require "stack.sessions"
--   local minutes = sessions.make { seed = 3, count = 30, effect = 1.5 }   -- { prototype = {…}, trained = {…} }
--   sessions.search / sessions.grams: a retrieval prototype for figures

local T = require "tensor"

local sessions = {}

-- Minutes until the question was answered, for each user with both versions. Users differ more than versions do.
function sessions.make(options)
	local count = options.count or 30
	T.seed(options.seed)
	local user = T.randn(count):totable()
	local luck = T.randn(2, count):totable()
	local minutes = { prototype = {}, trained = {} }
	for i = 1, count do
		local usual = 9 + 2.5 * user[i]
		minutes.prototype[i] = usual + (options.spread or 1.5) * luck[1][i]
		minutes.trained[i] = usual - options.effect + (options.spread or 1.5) * luck[2][i]
	end
	return minutes
end

-- Pairs of neighbouring letters, without spaces and punctuation.
function sessions.grams(text)
	local letters, seen = {}, {}
	for _, code in utf8.codes((text:gsub("[%s%.,!%?'\"]", ""))) do letters[#letters + 1] = utf8.char(code) end
	for i = 1, #letters - 1 do seen[letters[i] .. letters[i + 1]] = true end
	return seen
end

-- For each chunk its pairs, and how many chunks hold each pair.
function sessions.index(chunks)
	local index = { chunks = chunks, grams = {}, found = {} }
	for i, chunk in ipairs(chunks) do
		index.grams[i] = sessions.grams(chunk.section .. " " .. chunk.text)
		for gram in pairs(index.grams[i]) do index.found[gram] = (index.found[gram] or 0) + 1 end
	end
	return index
end

return sessions
