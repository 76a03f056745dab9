enum StubTykvaServer {}
