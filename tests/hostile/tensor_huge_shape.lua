-- expects: lua memory
require "tensor".zeros(1e308)
