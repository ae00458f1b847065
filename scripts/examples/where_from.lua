-- Where did this number come from? The derivation of one element, gradients of layers by name, the graph, the time of each op.
local T, nn = require "tensor", require "nn"
local x, w = T.tensor { { 1, 2, 3 } }, T.tensor { { 0.5, -1, 2 }, { 1, 1, 1 } }:requires_grad()
local y = nn.f.linear(x, w):relu()
local tree = T.explain(y, 1, 1)
print(tree.text)
assert(tree.op == "relu" and tree.value == 4.5 and tree.terms[1].from.op == "linear")
local sum = 0
for _, term in ipairs(tree.terms[1].from.terms) do if term.input == "x" then sum = sum + term.term end end
assert(sum == 4.5) -- 1 × 0.5 + 2 × -1 + 3 × 2
assert(T.dot(y):find("digraph", 1, true) and T.dot(y):find("linear", 1, true))
local model = nn.sequential { nn.linear { 3, 8 }, nn.tanh(), nn.linear { 8, 2 } }
local gradients = model:activation_gradients(T.randn(4, 3), function(out) return nn.cross_entropy(out, T.tensor { 0, 1, 1, 0 }) end)
for _, name in ipairs(gradients) do print(name, gradients[name]:abs():mean():item()) end
assert(#gradients == 3 and gradients["1"].shape[2] == 8)
local rows = nn.profile(function() for _ = 1, 5 do model(T.randn(64, 3)):sum():backward() end end)
print(rows.text)
assert(#rows > 3 and rows[1].seconds >= rows[2].seconds and rows[1].calls >= 5)
assert(model:macs(1, 3) == 3 * 8 + 8 * 2)
