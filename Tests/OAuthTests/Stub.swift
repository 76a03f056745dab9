enum StubOAuthTests {}
