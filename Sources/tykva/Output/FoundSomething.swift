/// A command has done its work and printed what it found: the exit code tells that there was something.
struct FoundSomething: Error {}
