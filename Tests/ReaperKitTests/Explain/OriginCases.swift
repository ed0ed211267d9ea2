import Testing

@testable import ReaperKit

/// An ancestor, and what it is taken for.
struct SupervisorCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var kind: Origin.Kind
    var name: ByteString
    var executable: ByteString = "/usr/bin/x"
    var arguments: [ByteString] = []
    var environment: [ByteString] = []
    var restarts = false
    var stop: String?
}

extension SupervisorCase {
    static let all: [SupervisorCase] = [
        .init(
            testDescription: "supervisord",
            kind: .supervisor,
            name: "supervisord",
            environment: ["SUPERVISOR_PROCESS_NAME=web"],
            restarts: true,
            stop: "supervisorctl stop web"
        ),
        .init(
            testDescription: "supervisord, a name with a blank",
            kind: .supervisor,
            name: "supervisord",
            environment: ["SUPERVISOR_PROCESS_NAME=web server"],
            restarts: true,
            stop: "supervisorctl stop 'web server'"
        ),
        .init(
            testDescription: "supervisord, a name that is no word",
            kind: .supervisor,
            name: "supervisord",
            environment: ["SUPERVISOR_PROCESS_NAME=web\u{1b}[2J"],
            restarts: true
        ),
        .init(
            testDescription: "supervisord as a script",
            kind: .supervisor,
            name: "python3",
            arguments: ["/usr/bin/python3", "/usr/bin/supervisord", "-n"],
            restarts: true
        ),
        .init(
            testDescription: "runit",
            kind: .supervisor,
            name: "runsv",
            arguments: ["runsv", "/etc/service/web"],
            restarts: true,
            stop: "sv down /etc/service/web"
        ),
        .init(
            testDescription: "s6",
            kind: .supervisor,
            name: "s6-supervise",
            arguments: ["s6-supervise", "web"],
            restarts: true,
            stop: "s6-svc -d web"
        ),
        .init(
            testDescription: "daemontools",
            kind: .supervisor,
            name: "supervise",
            arguments: ["supervise"],
            restarts: true
        ),
        .init(
            testDescription: "PM2",
            kind: .supervisor,
            name: "PM2 v5.3.0: God",
            environment: ["pm_id=3"],
            restarts: true,
            stop: "pm2 stop 3"
        ),
        .init(
            testDescription: "zinit",
            kind: .supervisor,
            name: "zinit",
            restarts: true,
            stop: "zinit stop NAME"
        ),
        .init(
            testDescription: "systemg",
            kind: .supervisor,
            name: "sysg",
            restarts: true,
            stop: "sysg stop --service NAME"
        ),
        .init(testDescription: "monit", kind: .supervisor, name: "monit", restarts: true),
        .init(testDescription: "a Procfile runner", kind: .supervisor, name: "overmind"),
        .init(testDescription: "a dora daemon", kind: .supervisor, name: "dora"),
        .init(
            testDescription: "Manta's supervisor",
            kind: .supervisor,
            name: "python3.11",
            arguments: ["python3.11", "-m", "manta_node.manta_supervisor"],
            restarts: true
        ),
        .init(
            testDescription: "a Manta node",
            kind: .supervisor,
            name: "python3.11",
            arguments: ["python3.11", "-m", "manta_node"]
        ),
        .init(
            testDescription: "reaper's supervisor",
            kind: .supervisor,
            name: "reaper",
            arguments: ["reaper", "up"],
            restarts: true,
            stop: "reaper down"
        ),
        .init(
            testDescription: "reaper that runs a command",
            kind: .supervisor,
            name: "reaper",
            arguments: ["reaper", "run", "--", "setup"]
        ),
        .init(testDescription: "GitHub", kind: .ci, name: "Runner.Worker"),
        .init(
            testDescription: "GitLab",
            kind: .ci,
            name: "gitlab-runner",
            arguments: ["gitlab-runner", "run"]
        ),
        .init(testDescription: "Azure", kind: .ci, name: "Agent.Worker"),
        .init(testDescription: "Buildkite", kind: .ci, name: "buildkite-agent"),
        .init(
            testDescription: "Jenkins",
            kind: .ci,
            name: "java",
            arguments: ["java", "-jar", "/home/jenkins/agent.jar", "-url", "https://ci"]
        ),
        .init(testDescription: "Slurm", kind: .batch, name: "slurmstepd"),
        .init(testDescription: "cron", kind: .scheduler, name: "cron"),
        .init(testDescription: "a job of cron", kind: .scheduler, name: "CRON"),
        .init(testDescription: "at", kind: .scheduler, name: "atd"),
        .init(testDescription: "a coding agent", kind: .agent, name: "claude"),
        .init(testDescription: "Visual Studio Code", kind: .editor, name: "code"),
        .init(
            testDescription: "its server",
            kind: .editor,
            name: "node",
            arguments: ["/home/a/.vscode-server/bin/1/node", "--host"]
        ),
        .init(testDescription: "vim", kind: .editor, name: "vim.basic"),
        .init(testDescription: "emacs", kind: .editor, name: "emacs-gtk"),
        .init(
            testDescription: "an IDE by its executable",
            kind: .editor,
            name: "main",
            executable: "/opt/idea/bin/idea"
        ),
        .init(testDescription: "tmux", kind: .multiplexer, name: "tmux: server"),
        .init(testDescription: "screen", kind: .multiplexer, name: "screen"),
        .init(testDescription: "SSH", kind: .ssh, name: "sshd-session"),
        .init(
            testDescription: "SSH by its title",
            kind: .ssh,
            name: "x",
            arguments: ["sshd: alice@pts/0"]
        ),
        .init(testDescription: "a terminal", kind: .terminal, name: "gnome-terminal-"),
        .init(testDescription: "a login", kind: .session, name: "login"),
    ]
}

/// An environment, what it tells, and what is shown of it.
let originEnvironments: [([ByteString], Origin.Kind, String)] = [
    (
        ["GITHUB_RUN_ID=42", "GITHUB_REPOSITORY=a/b", "GITHUB_TOKEN=secret"], .ci,
        "GITHUB_REPOSITORY=a/b GITHUB_RUN_ID=42"
    ),
    (["RUNNER_TRACKING_ID=github_1"], .ci, "RUNNER_TRACKING_ID=github_1"),
    (["GITLAB_CI=true", "CI_JOB_ID=7"], .ci, "CI_JOB_ID=7"),
    (["JENKINS_NODE_COOKIE=secret", "BUILD_ID=9"], .ci, "BUILD_ID=9"),
    (["BUILD_ID=9", "JENKINS_URL=https://ci"], .ci, "BUILD_ID=9"),
    (["BUILD_BUILDID=5", "AGENT_ID=2"], .ci, "BUILD_BUILDID=5 AGENT_ID=2"),
    (["BUILDKITE_JOB_ID=x-y"], .ci, "BUILDKITE_JOB_ID=x-y"),
    (["SLURM_JOB_ID=3"], .batch, "SLURM_JOB_ID=3"),
    (["TMUX=/tmp/tmux-0/default,1,0", "TMUX_PANE=%3"], .multiplexer, "TMUX_PANE=%3"),
    (["STY=4.pts-0.box"], .multiplexer, "STY=4.pts-0.box"),
    (["TERM_PROGRAM=vscode"], .editor, ""),
    (["TERMINAL_EMULATOR=JetBrains-JediTerm"], .editor, ""),
    (["CLAUDECODE=1"], .agent, ""),
    (["SSH_CONNECTION=10.0.0.1 5 10.0.0.2 22"], .ssh, ""),
    (
        ["npm_lifecycle_event=dev", "npm_package_name=app"], .tool,
        "npm_package_name=app npm_lifecycle_event=dev"
    ),
]
