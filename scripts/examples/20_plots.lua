-- 보여 주는 방법 모음
local T, plot = require "tensor", require "plot"

for step = 1, 50 do plot.metric("사인", step, math.sin(step / 8)) end
plot.series("제곱", { 1, 4, 9, 16, 25 })
plot.image("무늬", T.arange(64):reshape(8, 8), { title = "왼쪽 위가 어둡습니다" })
plot.heatmap("상관", T.tensor { { 1, 0.3 }, { 0.3, 1 } }, { row_labels = { "키", "몸무게" }, column_labels = { "키", "몸무게" } })
plot.histogram("정규분포", T.randn(1000), { bins = 20 })
plot.scatter("점", { { 0, 0, 0 }, { 1, 1, 1 }, { 2, 0, 1 } }, { x = "가로", y = "세로" })
plot.confusion("혼동 행렬", { { 8, 2 }, { 1, 9 } }, { "개", "고양이" })
plot.text("메모", "**굵게**, 그리고 `코드`")
plot.progress(1, "끝")
