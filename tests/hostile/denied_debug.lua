-- expects: denied
debug.sethook()
