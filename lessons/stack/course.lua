return {
  id = "stack",
  title = "AI 엔지니어링 스택",
  order = 3,
  summary = "애플리케이션, 모델 개발, 인프라의 세 층을 살펴보고, 이미 있는 모델을 우리 일에 맞추는 길을 재어 보며 고릅니다.",
}
