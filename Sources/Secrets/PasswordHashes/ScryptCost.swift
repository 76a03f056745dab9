/// What a scrypt hash costs (RFC 7914 §2), within `PasswordHashLimits`.
struct ScryptCost: Sendable, Equatable {
    let logN: Int
    let blockSize: Int
    let parallelism: Int

    init(logN: Int, blockSize: Int, parallelism: Int) throws(PasswordHashError) {
        let (logNs, blockSizes) = (PasswordHashLimits.scryptLogN, PasswordHashLimits.scryptBlockSize)
        let parallelisms = PasswordHashLimits.scryptParallelism
        guard logN >= logNs.lowerBound, blockSize >= blockSizes.lowerBound, parallelism >= parallelisms.lowerBound
        else { throw .damaged(.scrypt) }
        guard logNs.contains(logN), blockSizes.contains(blockSize), parallelisms.contains(parallelism),
            // 128 bytes times N times r.
            blockSize << logN <= PasswordHashLimits.memoryKiB * 8,
            (blockSize << logN) * parallelism <= PasswordHashLimits.scryptWork
        else { throw .tooDear(.scrypt) }
        self.logN = logN
        self.blockSize = blockSize
        self.parallelism = parallelism
    }
}
