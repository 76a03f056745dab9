import GRDB
enum StubStorage {}
