-- expects: lua
local T = require "tensor"
local kept
do
	local x <close> = T.ones(3)
	kept = x
end
print(kept:sum())
