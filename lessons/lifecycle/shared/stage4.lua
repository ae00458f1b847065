-- Stage 4, the model: the simplest family that is not clearly worse, with its coefficients as plain numbers.
local ml = require "ml"

return {
	seed = 4,
	options = { family = "logistic", l2 = 1 },
	run = function(before, options)
		local train = before[3].train
		local learned = ml.logistic(train.x, train.labels, { l2 = options.l2 }):learned()
		return { family = options.family, coefficients = learned.coefficients[1], intercept = learned.intercepts[1] }
	end,
}
