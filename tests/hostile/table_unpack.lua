-- expects: lua memory
table.unpack({}, 1, 1e8)
