enum StubTykvaVerifier {}
