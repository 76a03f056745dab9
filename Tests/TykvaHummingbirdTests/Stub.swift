enum StubTykvaHummingbirdTests {}
