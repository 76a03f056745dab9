#if os(Linux)
    import Foundation
    import Glibc

    /// The memory that this process may map and the memory that it holds.
    enum AddressSpace {
        /// Lets the process map so many bytes more, for the rest of its life.
        static func limit(to more: UInt) throws {
            let pages = try statm()[0]
            var limit = rlimit()
            limit.rlim_cur = pages * 4_096 + more
            limit.rlim_max = limit.rlim_cur
            guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
                throw CocoaError(.featureUnsupported)
            }
        }

        static func residentBytes() throws -> UInt { try statm()[1] * 4_096 }

        private static func statm() throws -> [UInt] {
            let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            return text.split(separator: " ").compactMap { UInt($0) }
        }
    }
#endif
