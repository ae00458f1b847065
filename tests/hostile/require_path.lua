-- expects: lua
require "../../../../etc/passwd"
