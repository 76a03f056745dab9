// swift-tools-version: 6.2
import PackageDescription

/// One set of settings for every target: a warning is an error, and what a module exports is said out loud.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

extension Target.Dependency {
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient: Self = .product(name: "AsyncHTTPClient", package: "async-http-client")
    static let configuration: Self = .product(name: "Configuration", package: "swift-configuration")
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras: Self = .product(name: "CryptoExtras", package: "swift-crypto")
    static let deque: Self = .product(name: "DequeModule", package: "swift-collections")
    static let grdb: Self = .product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite: Self = .product(name: "GRDBSQLite", package: "GRDB.swift")
    static let httpTypes: Self = .product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird: Self = .product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdHTTP2: Self = .product(name: "HummingbirdHTTP2", package: "hummingbird")
    static let hummingbirdTesting: Self = .product(name: "HummingbirdTesting", package: "hummingbird")
    static let jwtKit: Self = .product(name: "JWTKit", package: "jwt-kit")
    static let logging: Self = .product(name: "Logging", package: "swift-log")
    static let metrics: Self = .product(name: "Metrics", package: "swift-metrics")
    static let coreMetrics: Self = .product(name: "CoreMetrics", package: "swift-metrics")
    static let mustache: Self = .product(name: "Mustache", package: "swift-mustache")
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let nioCertificateReloading: Self = .product(name: "NIOCertificateReloading", package: "swift-nio-extras")
    static let nioHTTPTypes: Self = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP1: Self = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let nioTLS: Self = .product(name: "NIOTLS", package: "swift-nio")
    static let hummingbirdCore: Self = .product(name: "HummingbirdCore", package: "hummingbird")
    static let nioSSL: Self = .product(name: "NIOSSL", package: "swift-nio-ssl")
    static let serviceLifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals: Self = .product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams: Self = .product(name: "Yams", package: "Yams")
}

let package = Package(
    name: "tykva",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "tykva", targets: ["tykva"]),
        .library(name: "TykvaServer", targets: ["TykvaServer"]),
        .library(name: "TykvaVerifier", targets: ["TykvaVerifier"]),
        .library(name: "TykvaHummingbird", targets: ["TykvaHummingbird"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Debian gives libcrack no file for pkg-config; the module map links it.
        .systemLibrary(name: "CCrack", providers: [.apt(["libcrack2-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "StrictFormats", swiftSettings: settings),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(
            name: "Secrets",
            dependencies: ["CCrack", "CCrypt", "CSodium", "StrictFormats", .crypto, .cryptoExtras, .deque],
            swiftSettings: settings),
        .target(name: "OAuth", dependencies: ["Secrets", "StrictFormats", .crypto], swiftSettings: settings),
        .target(
            name: "Storage",
            dependencies: [
                "CPostgres", "OAuth", "Secrets", "StrictFormats", .grdb, .grdbSQLite, .crypto, .deque, .logging,
            ],
            resources: [.embedInCode("Migrations")],
            swiftSettings: settings),
        .target(name: "PrometheusText", dependencies: [.coreMetrics], swiftSettings: settings),
        .target(name: "Mail", dependencies: ["CCurl", "OAuth", "Secrets"], swiftSettings: settings),
        .target(
            name: "TykvaVerifier",
            dependencies: [
                "StrictFormats", .crypto, .cryptoExtras, .asyncHTTPClient, .logging, .metrics, .nioCore, .nioHTTP1,
                .serviceLifecycle,
            ],
            swiftSettings: settings),
        .target(
            name: "TykvaHummingbird",
            dependencies: ["TykvaVerifier", .hummingbird, .httpTypes, .logging],
            swiftSettings: settings),
        .target(
            name: "TykvaServer",
            dependencies: [
                "Mail", "OAuth", "PrometheusText", "Secrets", "Storage", "StrictFormats", "TykvaVerifier",
                .asyncHTTPClient, .crypto, .cryptoExtras, .hummingbird,
                .hummingbirdCore, .hummingbirdHTTP2, .httpTypes, .jwtKit, .logging, .metrics, .coreMetrics, .nioCore,
                .mustache, .nioCertificateReloading, .nioHTTP1, .nioHTTPTypes, .nioHTTPTypesHTTP1, .nioSSL, .nioTLS,
                .serviceLifecycle, .unixSignals,
            ],
            resources: [
                .embedInCode("Pages/Assets"), .embedInCode("Pages/Templates"), .embedInCode("Pages/Texts"),
            ],
            swiftSettings: settings),
        .target(
            name: "DemoStory",
            dependencies: [
                "OAuth", "Secrets", "Storage", "StrictFormats", "TykvaServer", "TykvaHummingbird", "TykvaVerifier",
                .asyncHTTPClient, .hummingbird, .httpTypes, .mustache, .nioCore, .nioHTTP1,
            ],
            resources: [.embedInCode("Templates")],
            swiftSettings: settings),
        .executableTarget(
            name: "tykva",
            dependencies: [
                "DemoStory", "TykvaServer", "TykvaVerifier", "Mail", "OAuth", "PrometheusText", "Secrets", "Storage",
                "StrictFormats", .argumentParser, .asyncHTTPClient, .configuration, .coreMetrics, .hummingbird,
                .logging, .metrics, .nioCore, .nioHTTP1, .nioSSL, .serviceLifecycle, .yams,
            ],
            swiftSettings: settings),

        .executableTarget(
            name: "orders",
            dependencies: ["PrometheusText", "TykvaHummingbird", "TykvaVerifier", .hummingbird, .metrics],
            path: "Examples/Orders", swiftSettings: settings),
        .executableTarget(
            name: "billing",
            dependencies: ["PrometheusText", "TykvaHummingbird", "TykvaVerifier", .hummingbird, .metrics],
            path: "Examples/Billing",
            swiftSettings: settings),
        .executableTarget(
            name: "mounted",
            dependencies: ["TykvaServer", "TykvaHummingbird", "TykvaVerifier", .hummingbird, .nioCore],
            path: "Examples/Mounted",
            swiftSettings: settings),
        .executableTarget(
            name: "webapp",
            dependencies: [
                "TykvaHummingbird", "TykvaVerifier", .asyncHTTPClient, .crypto, .hummingbird, .httpTypes, .logging,
                .nioCore, .nioHTTP1,
            ],
            path: "Examples/WebApp", swiftSettings: settings),

        .executableTarget(
            name: "tykva-bench",
            dependencies: [
                "CPostgres", "OAuth", "Secrets", "Storage", "StrictFormats", "TykvaServer", "TykvaVerifier",
                .asyncHTTPClient, .crypto,
                .cryptoExtras, .grdb, .hummingbird, .logging, .nioCore, .nioHTTP1,
            ],
            path: "Benchmarks",
            swiftSettings: settings),

        .target(
            name: "TestSupport", dependencies: ["OAuth", "Secrets", "Storage", .logging], path: "Tests/TestSupport",
            swiftSettings: settings),
        .target(
            name: "LiveServing",
            dependencies: [
                .hummingbird, .hummingbirdCore, .hummingbirdTesting, .httpTypes, .logging, .nioCore,
                .serviceLifecycle,
            ],
            path: "Tests/LiveServing", swiftSettings: settings),
        .testTarget(name: "StrictFormatsTests", dependencies: ["StrictFormats"], swiftSettings: settings),
        .testTarget(
            name: "PrometheusTextTests", dependencies: ["PrometheusText", .coreMetrics], swiftSettings: settings),
        .testTarget(name: "SecretsTests", dependencies: ["Secrets", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "OAuthTests", dependencies: ["OAuth", "Secrets", "StrictFormats", "TestSupport", .crypto],
            swiftSettings: settings),
        .executableTarget(
            name: "crash-writer", dependencies: ["Storage", "TestSupport"], path: "Tests/CrashWriter",
            swiftSettings: settings),
        .executableTarget(
            name: "mail-writer", dependencies: ["Mail", "OAuth", "StrictFormats"], path: "Tests/MailWriter",
            swiftSettings: settings),
        .testTarget(
            name: "MailTests", dependencies: ["CCurl", "Mail", "OAuth", "Secrets", "TestSupport", "mail-writer"],
            swiftSettings: settings),
        .testTarget(
            name: "StorageTests",
            dependencies: ["OAuth", "Secrets", "Storage", "StrictFormats", "TestSupport", "crash-writer"],
            swiftSettings: settings),
        .testTarget(
            name: "TykvaVerifierTests",
            dependencies: [
                "LiveServing", "PrometheusText", "StrictFormats", "TykvaVerifier", .asyncHTTPClient, .crypto,
                .cryptoExtras, .hummingbird, .httpTypes,
                .jwtKit, .logging, .nioCore, .nioHTTP1, .serviceLifecycle,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "TykvaHummingbirdTests",
            dependencies: [
                "LiveServing", "StrictFormats", "TykvaHummingbird", "TykvaVerifier", .crypto, .hummingbird,
                .hummingbirdTesting, .httpTypes, .nioCore,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "WebAppTests",
            dependencies: [
                "LiveServing", "StrictFormats", "TykvaVerifier", "webapp", .asyncHTTPClient, .crypto, .httpTypes,
                .hummingbird, .hummingbirdTesting, .nioCore,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "TykvaServerTests",
            dependencies: [
                "LiveServing", "OAuth", "Secrets", "Storage", "StrictFormats", "TykvaServer", "TykvaVerifier",
                "TestSupport", .crypto, .cryptoExtras, .httpTypes, .hummingbird, .coreMetrics, .logging, .nioCore,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "TykvaCommandTests",
            dependencies: ["StrictFormats", "TestSupport", "tykva", .asyncHTTPClient, .nioCore, .nioHTTP1],
            swiftSettings: settings),
        .testTarget(
            name: "DemoStoryTests",
            dependencies: [
                "DemoStory", "OAuth", "Secrets", "Storage", "TykvaServer", "TestSupport", .asyncHTTPClient,
                .hummingbird,
                .logging, .nioCore, .nioHTTP1, .nioPosix, .serviceLifecycle,
            ],
            swiftSettings: settings),
        .testTarget(name: "TidyTests", swiftSettings: settings),
    ]
)
