-- The continuous project of this course: every stage's output is the next one's input, and every output can be made again
-- from its version record. Stage n lives in stageN.lua beside this file; see ../PROJECT.md.
--
--   local project = require "lifecycle.project"
--   local ready = project.stage(3)              -- what stage 3 hands on, made from stage 1 and 2
--   local record = project.record(3)            -- { stage, seed, options, parent = { … }, output = fingerprint }
--   local again = project.rebuild(record)       -- raises when not every bit is the same

local data = require "data"

local project = {}

local function copy(value)
	if type(value) ~= "table" then return value end
	local out = {}
	for key, item in pairs(value) do out[key] = copy(item) end
	return out
end

-- What a version record fixes, without what came out of it.
local function recipe(stage)
	local module = require("lifecycle.stage" .. stage)
	return {
		stage = stage,
		seed = module.seed,
		options = copy(module.options),
		parent = stage > 1 and recipe(stage - 1) or nil,
	}
end

-- Makes the artefact of a recipe, and the artefacts it stands on: returns the list of outputs, the record.
local function make(wanted)
	local outputs, parent = {}, nil
	if wanted.parent then outputs, parent = make(wanted.parent) end
	local module = require("lifecycle.stage" .. wanted.stage)
	local output = module.run(outputs, copy(wanted.options), wanted.seed)
	outputs[wanted.stage] = output
	return outputs, {
		stage = wanted.stage,
		seed = wanted.seed,
		options = copy(wanted.options),
		parent = parent,
		output = data.fingerprint(output),
	}
end

local made, records = {}, {}

local function ensure(stage)
	if not made[stage] then
		local outputs, record = make(recipe(stage))
		made[stage] = outputs
		records[stage] = record
	end
end

-- The artefact of a stage; with all = true the list of the artefacts of stages 1 … stage.
function project.stage(stage, all)
	ensure(stage)
	return all and made[stage] or made[stage][stage]
end

-- The version record of a stage: what it was made from, down to stage 1, and the fingerprint of what came out.
function project.record(stage)
	ensure(stage)
	return copy(records[stage])
end

-- Another version: the same stage with some options or another seed (of this stage only).
function project.version(stage, options, seed)
	local wanted = recipe(stage)
	for key, value in pairs(options or {}) do wanted.options[key] = value end
	wanted.seed = seed or wanted.seed
	local outputs, record = make(wanted)
	return outputs[stage], record
end

-- Makes a past artefact again from its record and compares the fingerprints, stage by stage.
function project.rebuild(record)
	local outputs, again = make(record)
	local given, got = record, again
	while given do
		if given.output and given.output ~= got.output then
			error(("%d단계를 다시 만들었더니 지문이 다릅니다: %s… ≠ %s…"):format(given.stage,
				got.output:sub(1, 12), given.output:sub(1, 12)), 0)
		end
		given, got = given.parent, got.parent
	end
	return outputs[record.stage], again
end

-- ---- what several stages need ----

-- Cost of decisions in 10,000 won a loan: truth and approved are lists; a loan that fails costs costs.miss when approved, a
-- good one costs costs.alarm when refused.
function project.cost(costs, truth, refused)
	local sum = 0
	for i = 1, #truth do
		if truth[i] == 1 and not refused[i] then sum = sum + costs.miss end
		if truth[i] == 0 and refused[i] then sum = sum + costs.alarm end
	end
	return sum / #truth
end

-- The threshold of the probability above which refusing is cheaper.
function project.threshold(costs)
	return costs.alarm / (costs.alarm + costs.miss)
end

-- The columns a model sees, from one row of the raw table, by the transform that stage 3 fitted. This one function serves
-- training, evaluation and the service.
function project.transform(fitted, row)
	local out = {}
	for k, rule in ipairs(fitted) do
		local value = row[rule.column]
		if rule.most and value > rule.most then value = value / rule.scale end
		if value ~= value then value = rule.fill end
		if rule.log then value = math.log(1 + value) end
		out[k] = (value - rule.mean) / rule.std
	end
	return out
end

-- Probability that a loan fails, by the coefficients that stage 4 hands on, for one transformed row.
function project.probability(model, x)
	local z = model.intercept
	for k = 1, #x do z = z + model.coefficients[k] * x[k] end
	return 1 / (1 + math.exp(-z))
end

return project
