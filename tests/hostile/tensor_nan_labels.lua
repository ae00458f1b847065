-- expects: ok
local T, nn = require "tensor", require "nn"
local logits = T.randn(3, 4)
for _, labels in ipairs { { 0, 1, 9 }, { -1, 0, 0 }, { 0 / 0, 0, 0 }, { 1e30, 0, 0 } } do
	pcall(nn.cross_entropy, logits, T.tensor(labels))
end
print(T.tensor { 0 / 0, 1 / 0 }:sum(), T.tensor { 0 / 0 }:argmax())
