enum StubTykvaVerifierTests {}
