enum StubTidyTests {}
