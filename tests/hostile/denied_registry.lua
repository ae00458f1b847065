-- expects: denied
debug.getregistry().x = 1
