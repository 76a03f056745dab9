enum StubSecretsTests {}
