-- expects: lua
error(nil)
