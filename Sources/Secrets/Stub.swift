enum StubSecrets {}
