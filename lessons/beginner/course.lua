return {
  id = "beginner",
  title = "초급 과정 (6주)",
  order = 4,
  summary = "모델 하나를 서비스로 내놓고, 기록하고, 포장하고, 자동으로 돌리고, 지켜보기까지 여섯 주에 걸쳐 해 봅니다.",
}
