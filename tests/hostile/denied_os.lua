-- expects: denied
os.execute("touch /tmp/mundap-hostile")
