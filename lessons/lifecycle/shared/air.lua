-- Weekly carbon dioxide of the air, made up in the shape of the well-known record: a bent trend, the breath of the year, small
-- noise that lingers, and weeks without a measurement. The record itself is not shipped: its terms could not be confirmed.

local T = require "tensor"

local air = {}

air.per_year = 365.25 / 7

-- The given number of years (44): values with NaN in the gaps, and the same without gaps.
function air.weekly(options)
	local weeks = math.floor((options.years or 44) * air.per_year)
	T.seed(options.seed or 1)
	local shocks, gaps, lengths = T.randn(weeks):totable(), T.rand(weeks):totable(), T.rand(weeks):totable()
	local values, truth, lingering = {}, {}, 0
	for week = 1, weeks do
		local year = week / air.per_year
		lingering = 0.6 * lingering + 0.25 * shocks[week]
		truth[week] = 315 + 0.8 * year + 0.0125 * year * year + 2.8 * math.sin(2 * math.pi * year)
			+ 0.8 * math.sin(4 * math.pi * year + 1) + lingering
		values[week] = truth[week]
	end
	for week = 2, weeks - 8 do
		if gaps[week] < 0.008 then
			for k = 0, math.floor(1 + 6 * lengths[week]) - 1 do values[week + k] = 0 / 0 end
		end
	end
	return values, truth
end

-- What a model of this series may look at: the week itself, and the turn of the year.
function air.features(week)
	local year = week / air.per_year
	return { year, year * year, math.sin(2 * math.pi * year), math.cos(2 * math.pi * year), math.sin(4 * math.pi * year),
		math.cos(4 * math.pi * year) }
end

return air
