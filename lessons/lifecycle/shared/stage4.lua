-- Stage 4, the model: the simplest family that is not clearly worse, with its coefficients as plain numbers.
local ml = require "ml"

-- Rows shown more or less often, by the weights of stage 2: twice the weight is how often, as near as whole rows come.
local function repeated(part)
	local x, labels, due = {}, {}, 0
	for i, row in ipairs(part.x) do
		due = due + 2 * part.weights[i]
		while due >= 1 do
			x[#x + 1], labels[#labels + 1] = row, part.labels[i]
			due = due - 1
		end
	end
	return x, labels
end

return {
	seed = 4,
	options = { family = "logistic", l2 = 1, weighted = false },
	run = function(before, options)
		local x, labels = before[3].train.x, before[3].train.labels
		if options.weighted then x, labels = repeated(before[3].train) end
		local learned = ml.logistic(x, labels, { l2 = options.l2 }):learned()
		return { family = options.family, coefficients = learned.coefficients[1], intercept = learned.intercepts[1] }
	end,
}
