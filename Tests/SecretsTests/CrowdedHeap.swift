#if os(Linux)
    import Glibc

    /// A heap with many small gaps, as a server's is after a while: what is given back now is not at once taken and
    /// overwritten by the next object of its size.
    struct CrowdedHeap {
        private let kept: [UnsafeMutableRawPointer]

        init() {
            let blocks = stride(from: 16, through: 1_024, by: 16).flatMap { size in (0..<200).map { _ in malloc(size)! }
            }
            for offset in stride(from: 0, to: blocks.count, by: 2) { Glibc.free(blocks[offset]) }
            kept = stride(from: 1, to: blocks.count, by: 2).map { blocks[$0] }
        }

        func free() {
            for block in kept { Glibc.free(block) }
        }
    }
#endif
