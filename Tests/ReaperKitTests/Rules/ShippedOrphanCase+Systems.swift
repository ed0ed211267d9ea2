@testable import ReaperKit

/// The five systems and Swift's tests.
extension ShippedOrphanCase {
    static let systems: [ShippedOrphanCase] = wasmCloud + manta + dora + zinit + swift

    private static let wasmCloud: [ShippedOrphanCase] = [
        .init(
            "wasmcloud.provider",
            "an Elixir host's cache",
            .confirmed,
            exe: "/tmp/wasmcloudcache/VAG3/1631292694/wasmcloud_httpserver_default"
        ),
        .init(
            "wasmcloud.provider",
            "a Rust host's cache",
            .confirmed,
            exe: "/tmp/wasmcloudcache/NBCB/ghcr_io_wasmcloud_http_server_0_23_1"
        ),
        .init(
            "wasmcloud.provider",
            "the host lives",
            nil,
            exe: "/tmp/wasmcloudcache/NBCB/ghcr_io_wasmcloud_http_server_0_23_1",
            parent: "/home/u/.wash/downloads/v1.0.0/wasmcloud_host"
        ),
        .init(
            "wasmcloud.provider",
            "the Elixir host lives",
            nil,
            exe: "/tmp/wasmcloudcache/VAG3/1/wasmcloud_httpserver_default",
            parent: "/opt/erlang/erts-13/bin/beam.smp"
        ),
        .init(
            "wasmcloud.provider",
            "another provider is no host",
            .suspect,
            exe: "/tmp/wasmcloudcache/VAG3/1/wasmcloud_httpserver_default",
            parent: "/tmp/elsewhere/wasmcloud_other"
        ),
        .init(
            "wasmcloud.provider",
            "only its arguments look like it",
            nil,
            exe: "/usr/bin/vi",
            args: ["/tmp/wasmcloudcache/VAG3/1/wasmcloud_httpserver_default"]
        ),
        .init(
            "wasmcloud.provider",
            "the sibling cache",
            nil,
            exe: "/tmp/wasmcloud_ocicache/a/b"
        ),
    ]

    private static let zinit: [ShippedOrphanCase] = [
        .init(
            "zinit.server",
            "a server in the background",
            .confirmed,
            exe: "/opt/zinit/bin/zinit_server"
        ),
        .init(
            "zinit.server",
            "threefoldtech's, with another socket",
            .confirmed,
            exe: "/sbin/zinit",
            args: ["zinit", "-s", "/tmp/z.sock", "init"]
        ),
        .init(
            "zinit.server",
            "a server in somebody's terminal",
            nil,
            exe: "/opt/zinit/bin/zinit_server",
            parent: "/usr/bin/bash"
        ),
        .init(
            "zinit.server",
            "a command",
            nil,
            exe: "/opt/zinit/bin/zinit",
            args: ["zinit", "status", "web"]
        ),
    ]

    private static let manta: [ShippedOrphanCase] = [
        .init(
            "manta.task",
            "a light task",
            .confirmed,
            exe: "/usr/bin/python3.11",
            args: ["python3", "-m", "worker_main"],
            env: ["TASK_ID=7", "SWARM_ID=s-1", "NODE_ID=n", "RPC_PORT=50051"]
        ),
        .init(
            "manta.task",
            "its node lives",
            nil,
            exe: "/usr/bin/python3.11",
            args: ["python3", "-m", "worker_main"],
            env: ["TASK_ID=7", "SWARM_ID=s-1"],
            parent: "/usr/bin/python3.11",
            parentArgs: ["python3", "-m", "manta_node", "start", "prod", "--foreground"]
        ),
        .init(
            "manta.stray-node",
            "a node without a record",
            .suspect,
            exe: "/usr/bin/python3.11",
            args: ["python3", "-m", "manta_node", "start", "prod", "--foreground", "--subprocess"],
            env: ["HOME=/home/u"]
        ),
        .init(
            "manta.stray-node",
            "one whose records lie elsewhere",
            nil,
            exe: "/usr/bin/python3.11",
            args: ["python3", "-m", "manta_node", "start", "prod", "--foreground", "--subprocess"],
            env: ["HOME=/home/other"]
        ),
        .init(
            "manta.stray-node",
            "its supervisor lives",
            nil,
            exe: "/usr/bin/python3.11",
            args: ["python3", "-m", "manta_node", "start", "prod", "--foreground", "--subprocess"],
            env: ["HOME=/home/u"],
            parent: "/usr/bin/python3.11",
            parentArgs: ["python3", "/usr/bin/manta-supervisor", "prod"]
        ),
        .init(
            "manta.stray-node",
            "one that somebody runs in the foreground",
            nil,
            exe: "/usr/bin/python3.11",
            args: ["python3", "-m", "manta_node", "start", "prod", "--foreground"],
            env: ["HOME=/home/u"]
        ),
        .init(
            "manta.task",
            "uvicorn of somebody else",
            nil,
            exe: "/usr/bin/python3.11",
            args: ["python3", "/usr/bin/uvicorn", "app:app"],
            env: ["TASK_ID=7"]
        ),
    ]

    private static let dora: [ShippedOrphanCase] = [
        .init(
            "dora.node",
            "a node",
            .confirmed,
            env: ["DORA_NODE_CONFIG=dataflow_id: 0195c0a1\nnode_id: camera"]
        ),
        .init(
            "dora.node",
            "a node that an agent started is still a node",
            .confirmed,
            env: ["CLAUDECODE=1", "RUNNER_TRACKING_ID=github_1", "DORA_NODE_CONFIG=x"]
        ),
        .init(
            "dora.node",
            "its daemon lives, installed from the Python registry",
            nil,
            env: ["DORA_NODE_CONFIG=x"],
            parent: "/venv/bin/dora",
            parentArgs: ["/venv/bin/python3", "/venv/bin/dora", "run", "flow.yml"]
        ),
        .init(
            "dora.node",
            "a coordinator above it",
            nil,
            env: ["DORA_NODE_CONFIG=x"],
            parent: "/usr/bin/dora-coordinator"
        ),
        .init("dora.node", "other variables of dora", nil, env: ["DORA_COORDINATOR_PORT=6013"]),
        .init(
            "dora.operator",
            "an operator",
            .confirmed,
            env: ["DORA_RUNTIME_CONFIG=node: {dataflow_id: 0195c0a1}"]
        ),
        .init(
            "dora.operator",
            "its daemon lives",
            nil,
            env: ["DORA_RUNTIME_CONFIG=x"],
            parent: "/usr/bin/dora-daemon"
        ),
        .init(
            "dora.daemon",
            "a daemon of `dora up`",
            .confirmed,
            exe: "/home/u/.cargo/bin/dora",
            args: ["/home/u/.cargo/bin/dora", "daemon", "--quiet"]
        ),
        .init(
            "dora.daemon",
            "a command in a terminal",
            nil,
            exe: "/home/u/.cargo/bin/dora",
            args: ["/home/u/.cargo/bin/dora", "daemon"],
            parent: "/usr/bin/bash"
        ),
        .init(
            "dora.daemon",
            "another command",
            nil,
            exe: "/home/u/.cargo/bin/dora",
            args: ["/home/u/.cargo/bin/dora", "list"]
        ),
    ]

    private static let swift: [ShippedOrphanCase] = [
        .init(
            "swiftpm.tests",
            "a test program",
            .confirmed,
            exe: "/w/.build/x86_64-unknown-linux-gnu/debug/pPackageTests.xctest"
        ),
        .init(
            "swiftpm.tests",
            "its driver lives",
            nil,
            exe: "/w/.build/x86_64-unknown-linux-gnu/debug/pPackageTests.xctest",
            parent: "/usr/bin/swift-test"
        ),
        .init("swiftpm.tests", "a product", nil, exe: "/w/.build/debug/tool"),
    ]
}
