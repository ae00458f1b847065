-- 처리기 안에서 CSV를 다시 읽는 서비스를 찾는 규칙. 강사가 쓰는 규칙의 본보기이자 시험이다.
return {
  id = "csv-read-per-request",
  category = "scalability",
  severity = "medium",
  message = "요청이 올 때마다 `{}` 호출로 표를 다시 읽어요.",
  question = "이 표가 100만 줄이 되면 요청 하나는 얼마나 걸릴까요?",
  read_next = "B3 서비스 시작과 준비 상태",
  find = function(service)
    local found = {}
    for _, file in ipairs(service.files) do
      for _, call in ipairs(file.calls) do
        if call.in_request and call.name:match("^pandas%.read_") then
          found[#found + 1] = { at = call, detail = call.name }
        end
      end
    end
    return found
  end,
  good = {
    { file = "app.py", code = [[
import pandas as pd
from flask import Flask

app = Flask(__name__)
TABLE = pd.read_csv("prices.csv")


@app.route("/prices/<name>")
def price(name):
    return {"price": float(TABLE.loc[name, "price"])}
]] },
  },
  bad = {
    { file = "app.py", line = { 9, 16 }, code = [[
import pandas as pd
from flask import Flask

app = Flask(__name__)


@app.route("/prices/<name>")
def price(name):
    table = pd.read_csv("prices.csv")
    return {"price": float(table.loc[name, "price"])}


@app.route("/names")
def names():
    def read():
        return pd.read_parquet("names.parquet")

    return {"names": list(read()["name"])}
]] },
  },
}
