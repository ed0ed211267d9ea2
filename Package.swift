// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "reaper",
    products: [
        .library(name: "ReaperKit", targets: ["ReaperKit"]),
        .executable(name: "reaper", targets: ["reaper"]),
    ],
    targets: [
        // Header-only: the system calls that the Glibc module does not map.
        .systemLibrary(name: "CLinux", path: "Sources/ReaperKit/CLinux"),
        .target(
            name: "ReaperKit",
            dependencies: ["CLinux"],
            exclude: ["CLinux"],
            resources: [.embedInCode("Rules/Shipped")],
            swiftSettings: strict
        ),
        .executableTarget(name: "reaper", dependencies: ["ReaperKit"], swiftSettings: strict),
        // The library used by another program; a test runs it.
        .executableTarget(
            name: "holders",
            dependencies: ["ReaperKit"],
            path: "docs/example",
            swiftSettings: strict
        ),
        // Makes the process trees, sockets and files that the live tests look at.
        .systemLibrary(name: "CSpecimen", path: "Tests/CSpecimen"),
        .executableTarget(
            name: "specimen",
            dependencies: ["CLinux", "CSpecimen"],
            path: "Tests/specimen",
            swiftSettings: strict
        ),
        // Runs the specimen and the built binary for both test targets.
        .target(
            name: "TestSupport",
            dependencies: ["CLinux", "CSpecimen"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        // A kernel of its own for the shutdown engine, and what must hold of every shutdown.
        .target(
            name: "Simulation",
            dependencies: ["ReaperKit"],
            path: "Tests/Simulation",
            swiftSettings: strict
        ),
        // Runs that by the hundred thousand.
        .executableTarget(
            name: "soak",
            dependencies: ["Simulation"],
            path: "Tests/soak",
            swiftSettings: strict
        ),
        .testTarget(
            name: "ReaperKitTests",
            dependencies: [
                "ReaperKit", "CLinux", "CSpecimen", "Simulation", "TestSupport", "specimen",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ReaperTests",
            dependencies: [
                "ReaperKit", "CSpecimen", "TestSupport", "reaper", "specimen", "holders",
            ],
            swiftSettings: strict
        ),
    ]
)
