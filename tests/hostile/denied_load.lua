-- expects: denied
load("while true do end")()
