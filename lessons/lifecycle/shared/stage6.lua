-- Stage 6, serving: everything the service needs in one value, and the rows it must answer like the laboratory did.
local data = require "data"
local project = require "lifecycle.project"

return {
	seed = 6,
	options = { mode = "online", batch = 1, milliseconds = 50, smoke = 20 },
	run = function(before, options)
		local ready, model, card = before[3], before[4], before[5]
		local smoke = {}
		for i = 1, options.smoke do
			local p = project.probability(model, ready.valid.x[i])
			smoke[i] = { row = ready.valid.raw[i], probability = p, refused = p >= card.threshold }
		end
		return {
			transform = ready.transform, model = model, threshold = card.threshold,
			mode = options.mode, batch = options.batch, limits = { milliseconds = options.milliseconds },
			version = data.fingerprint({ ready.transform, model, card.threshold }):sub(1, 12),
			smoke = smoke,
		}
	end,
}
