-- expects: lua
require "tensor".zeros(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
