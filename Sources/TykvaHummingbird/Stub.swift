enum StubTykvaHummingbird {}
