-- expects: lua
require "tensor".zeros(-1, 5)
