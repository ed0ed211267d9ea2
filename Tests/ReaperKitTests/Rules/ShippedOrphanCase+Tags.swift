@testable import ReaperKit

/// What carries a job's or an agent's variable.
extension ShippedOrphanCase {
    static let tags: [ShippedOrphanCase] = jobs + agents + runs

    private static let uuid = "1f3d9475-6c94-40ee-a160-8b3fd282c3a1"

    private static let jobs: [ShippedOrphanCase] = [
        .init("ci.github", "lost", .confirmed, env: [.init("RUNNER_TRACKING_ID=github_\(uuid)")]),
        .init("ci.github", "kept on purpose", nil, env: ["RUNNER_TRACKING_ID="]),
        .init("ci.github", "kept on purpose", nil, env: ["RUNNER_TRACKING_ID=0"]),
        .init(
            "ci.github",
            "its step runs",
            nil,
            env: [.init("RUNNER_TRACKING_ID=github_\(uuid)")],
            parent: "/usr/bin/bash"
        ),
        .init("ci.gitlab", "lost", .confirmed, env: ["CI=true", "CI_JOB_ID=50", "GITLAB_CI=true"]),
        .init("ci.gitlab", "another CI", nil, env: ["CI=true"]),
        .init("ci.jenkins", "lost", .confirmed, env: [.init("JENKINS_NODE_COOKIE=\(uuid)")]),
        .init("ci.jenkins", "kept on purpose", nil, env: ["JENKINS_NODE_COOKIE=dontKillMe"]),
        .init(
            "ci.azure",
            "lost",
            .confirmed,
            env: [.init("VSTS_PROCESS_LOOKUP_ID=vsts_\(uuid)")]
        ),
        .init("ci.azure", "kept on purpose", nil, env: ["VSTS_PROCESS_LOOKUP_ID="]),
        .init("ci.buildkite", "lost", .confirmed, env: [.init("BUILDKITE_JOB_ID=\(uuid)")]),
        .init("ci.buildkite", "kept on purpose", nil, env: ["BUILDKITE_JOB_ID="]),
    ]

    private static let runs: [ShippedOrphanCase] = [
        .init("reaper.run", "lost", .confirmed, env: ["REAPER_RUN=4100-1f3d94756c9440ee"]),
        .init(
            "reaper.run",
            "its reaper runs",
            nil,
            env: ["REAPER_RUN=4100-1f3d94756c9440ee"],
            parent: "/usr/bin/reaper",
            parentArgs: ["reaper", "run", "--", "make"]
        ),
        .init("reaper.service", "lost", .confirmed, env: ["REAPER_SERVICE=web:1-2-3"]),
        .init(
            "reaper.service",
            "its supervisor runs",
            nil,
            env: ["REAPER_SERVICE=web:1-2-3"],
            parent: "/usr/bin/reaper",
            parentArgs: ["reaper", "up"]
        ),
    ]

    private static let agents: [ShippedOrphanCase] = [
        .init(
            "agents.mcp-server",
            "a server without its client",
            .confirmed,
            exe: "/usr/bin/node",
            args: ["node", "/home/u/.npm/_npx/1f/node_modules/.bin/mcp-server-filesystem", "/w"],
            env: ["npm_command=exec", "npm_lifecycle_event=npx"]
        ),
        .init(
            "agents.mcp-server",
            "its client lives",
            nil,
            exe: "/usr/bin/node",
            args: ["node", "/home/u/.npm/_npx/1f/node_modules/.bin/mcp-server-filesystem", "/w"],
            env: ["npm_command=exec"],
            parent: "/usr/bin/node"
        ),
        .init("agents.claude-code", "lost", .confirmed, env: ["CLAUDECODE=1"]),
        .init(
            "agents.claude-code",
            "its command runs",
            nil,
            env: ["CLAUDECODE=1"],
            parent: "/usr/bin/bash"
        ),
        .init("agents.codex", "lost", .confirmed, env: ["CODEX_SANDBOX_NETWORK_DISABLED=1"]),
        .init("agents.codex", "a setting of its", nil, env: ["CODEX_HOME=/home/u/.codex"]),
        .init("agents.gemini-cli", "lost", .confirmed, env: ["GEMINI_CLI=1"]),
        .init("agents.gemini-cli", "a setting of its", nil, env: ["GEMINI_API_KEY=x"]),
        .init("agents.cursor", "lost", .confirmed, env: ["CURSOR_AGENT=1"]),
        .init("agents.cursor", "a terminal of its editor", nil, env: ["CURSOR_TRACE_ID=1"]),
    ]
}
