-- Stage 3, preparation: one row an application, no column from the future, split by time, transform fitted on training rows.
local stats = require "stats"
local project = require "lifecycle.project"

local function place(columns, name)
	for k, column in ipairs(columns) do
		if column == name then return k end
	end
end

-- Fits what project.transform applies: fill, logarithm, mean and standard deviation, from the training rows alone.
local function fit(rows, columns, options)
	local fitted = {}
	for _, name in ipairs(options.columns) do
		local k = place(columns, name)
		local rule = { column = k, name = name, log = options.log[name] or false }
		if name == "income" then rule.most, rule.scale = options.largest_income, 10000 end
		local known = {}
		for _, row in ipairs(rows) do
			local value = row[k]
			if rule.most and value > rule.most then value = value / rule.scale end
			if value == value then known[#known + 1] = value end
		end
		rule.fill = stats.quantile(known, 0.5)
		local filled = {}
		for i, row in ipairs(rows) do
			rule.mean, rule.std = 0, 1
			filled[i] = project.transform({ rule }, row)[1]
		end
		local summary = stats.summary(filled)
		rule.mean, rule.std = summary.mean, summary.std
		fitted[#fitted + 1] = rule
	end
	return fitted
end

return {
	seed = 3,
	options = {
		columns = { "age", "income", "debt", "late", "tenure", "amount", "self_employed", "accounts" },
		log = { income = true, debt = true, tenure = true, amount = true },
		largest_income = 100000, valid_from = 15, test_from = 18,
	},
	run = function(before, options)
		local raw = before[2]
		local rows, labels, months = raw.features:totable(), raw.labels:totable(), raw.month:totable()
		local groups, ids = raw.group:totable(), raw.id:totable()
		local parts = {
			train = { raw = {}, labels = {}, weights = {}, id = {} },
			valid = { raw = {}, labels = {}, weights = {}, id = {} },
			test = { raw = {}, labels = {}, weights = {}, id = {} },
		}
		local seen = {}
		for i, row in ipairs(rows) do
			if not seen[ids[i]] then
				seen[ids[i]] = true
				local name = months[i] < options.valid_from and "train"
					or (months[i] < options.test_from and "valid" or "test")
				local part = parts[name]
				local n = #part.raw + 1
				part.raw[n], part.labels[n], part.id[n] = row, labels[i], ids[i]
				part.weights[n] = raw.weights[groups[i] + 1]
			end
		end
		local fitted = fit(parts.train.raw, raw.columns, options)
		for _, part in pairs(parts) do
			part.x = {}
			for i, row in ipairs(part.raw) do part.x[i] = project.transform(fitted, row) end
		end
		return { transform = fitted, train = parts.train, valid = parts.valid, test = parts.test }
	end,
}
