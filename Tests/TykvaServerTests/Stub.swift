enum StubTykvaServerTests {}
