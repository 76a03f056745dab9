enum StubDemoStory {}
