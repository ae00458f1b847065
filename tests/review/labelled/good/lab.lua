local T = require("tensor")

T.seed(7)
local weights = T.randn(3, 3)
local rows, total = {}, 0

local function conv(image, kernel)
  local out = {}
  for i = 1, #image do
    local sum = 0
    for j, k in ipairs(kernel) do
      sum = sum + image[i] * k
    end
    out[i], total = sum, total + sum
    rows.last = i
  end
  repeat
    total = total - 1
    if total < 0 then
      break
    end
  until false
  return out
end

local function fit(model, train_set, test_set)
  model:fit(train_set, { validation = test_set, epochs = 2 })
  return model:evaluate(test_set)
end

return { conv = conv, fit = fit, weights = weights }
