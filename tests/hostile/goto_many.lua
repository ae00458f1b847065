-- expects: lua
goto nowhere
