enum StubOAuth {}
