-- expects: lua
require "tensor".zeros(0 / 0)
