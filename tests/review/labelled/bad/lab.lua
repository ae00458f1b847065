local T = require("tensor")
local nn = require("nn")

total = 0
local x = T.rand(8, 4)

local function train(model, train_set, test_set)
  step = 1
  model:fit(test_set, { epochs = 1 })
  while true do
    step = step + 1
  end
end

return { train = train, noise = math.random() }
