/// How the environment that a process was started with tells where it was started.
///
/// Variables are inherited: they tell of the process or of one above it, and anybody can set them.
struct EnvironmentSign: Sendable {
    let kind: Origin.Kind
    /// What it belongs to, as ``Origin/system``.
    let system: String
    /// What sentences call it.
    let title: String
    /// Every one of these must be set; `NAME=VALUE` asks for that value too.
    let variables: [ByteString]
    /// These are shown with their values, which name a job and are no secret.
    var shown: [ByteString] = []
    /// Another variable, by which alone rule `ci.SYSTEM` knows what a job has left.
    var mark: Mark?

    /// A variable with a value that begins like this; a job that wants to keep a process empties it
    /// or gives it another.
    struct Mark: Sendable {
        var name: ByteString
        var start = ""
        var length: Int?

        func isSet(of process: ProcessRecord) -> Bool {
            guard let value = process.variable(name) else { return false }
            return !value.isEmpty && value.bytes.starts(with: start.utf8)
                && length.map { $0 == value.bytes.count } ?? true
        }
    }

    private static let github = Mark(name: "RUNNER_TRACKING_ID", start: "github_")
    private static let jenkins = Mark(name: "JENKINS_NODE_COOKIE", length: 36)
    private static let azure = Mark(name: "VSTS_PROCESS_LOOKUP_ID", start: "vsts_")

    /// The sources are the documents on predefined variables of each system.
    static let all: [EnvironmentSign] = [
        EnvironmentSign(
            kind: .ci,
            system: "github",
            title: "a GitHub Actions job",
            variables: ["GITHUB_RUN_ID"],
            shown: ["GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_JOB"],
            mark: github
        ),
        EnvironmentSign(
            kind: .ci,
            system: "github",
            title: "a GitHub Actions job",
            variables: ["RUNNER_TRACKING_ID"],
            shown: ["RUNNER_TRACKING_ID"],
            mark: github
        ),
        EnvironmentSign(
            kind: .ci,
            system: "gitlab",
            title: "a GitLab CI job",
            variables: ["GITLAB_CI"],
            shown: ["CI_PROJECT_PATH", "CI_JOB_ID", "CI_JOB_NAME"],
            mark: Mark(name: "CI_JOB_ID")
        ),
        EnvironmentSign(
            kind: .ci,
            system: "jenkins",
            title: "a Jenkins build",
            variables: ["JENKINS_NODE_COOKIE"],
            shown: ["JOB_NAME", "BUILD_ID"],
            mark: jenkins
        ),
        // BUILD_ID alone may be anybody's.
        EnvironmentSign(
            kind: .ci,
            system: "jenkins",
            title: "a Jenkins build",
            variables: ["BUILD_ID", "JENKINS_URL"],
            shown: ["JOB_NAME", "BUILD_ID"],
            mark: jenkins
        ),
        EnvironmentSign(
            kind: .ci,
            system: "azure",
            title: "an Azure Pipelines job",
            variables: ["BUILD_BUILDID", "AGENT_ID"],
            shown: ["BUILD_DEFINITIONNAME", "BUILD_BUILDID", "AGENT_ID"],
            mark: azure
        ),
        EnvironmentSign(
            kind: .ci,
            system: "azure",
            title: "an Azure Pipelines job",
            variables: ["VSTS_PROCESS_LOOKUP_ID"],
            mark: azure
        ),
        EnvironmentSign(
            kind: .ci,
            system: "buildkite",
            title: "a Buildkite job",
            variables: ["BUILDKITE_JOB_ID"],
            shown: ["BUILDKITE_PIPELINE_SLUG", "BUILDKITE_BUILD_NUMBER", "BUILDKITE_JOB_ID"]
        ),
        EnvironmentSign(
            kind: .ci,
            system: "circleci",
            title: "a CircleCI job",
            variables: ["CIRCLECI"],
            shown: ["CIRCLE_JOB", "CIRCLE_BUILD_NUM"]
        ),
        EnvironmentSign(
            kind: .ci,
            system: "teamcity",
            title: "a TeamCity build",
            variables: ["TEAMCITY_VERSION"],
            shown: ["TEAMCITY_BUILDCONF_NAME", "BUILD_NUMBER"]
        ),
        EnvironmentSign(
            kind: .batch,
            system: "slurm",
            title: "a Slurm job",
            variables: ["SLURM_JOB_ID"],
            shown: ["SLURM_JOB_ID"]
        ),
        EnvironmentSign(
            kind: .batch,
            system: "pbs",
            title: "a PBS job",
            variables: ["PBS_JOBID"],
            shown: ["PBS_JOBID"]
        ),
        EnvironmentSign(
            kind: .supervisor,
            system: "supervisord",
            title: "supervisord",
            variables: ["SUPERVISOR_PROCESS_NAME"],
            shown: ["SUPERVISOR_PROCESS_NAME"]
        ),
        // What it was started by, which may be gone: then no ancestor tells.
        EnvironmentSign(
            kind: .supervisor,
            system: "reaper",
            title: "a reaper supervisor",
            variables: ["REAPER_SUPERVISOR"],
            shown: ["REAPER_SUPERVISOR"]
        ),
        EnvironmentSign(
            kind: .supervisor,
            system: "pm2",
            title: "PM2",
            variables: ["PM2_HOME", "pm_id"],
            shown: ["pm_id"]
        ),
        EnvironmentSign(
            kind: .agent,
            system: "claude",
            title: "Claude Code",
            variables: ["CLAUDECODE"]
        ),
        EnvironmentSign(
            kind: .agent,
            system: "gemini",
            title: "Gemini CLI",
            variables: ["GEMINI_CLI"]
        ),
        EnvironmentSign(
            kind: .editor,
            system: "vscode",
            title: "a terminal of Visual Studio Code",
            variables: ["TERM_PROGRAM=vscode"]
        ),
        EnvironmentSign(
            kind: .editor,
            system: "jetbrains",
            title: "a terminal of a JetBrains environment",
            variables: ["TERMINAL_EMULATOR=JetBrains-JediTerm"]
        ),
        EnvironmentSign(
            kind: .editor,
            system: "vim",
            title: "a terminal of Vim",
            variables: ["VIM_TERMINAL"]
        ),
        EnvironmentSign(
            kind: .editor,
            system: "neovim",
            title: "a terminal of Neovim",
            variables: ["NVIM"]
        ),
        EnvironmentSign(
            kind: .editor,
            system: "emacs",
            title: "a shell of Emacs",
            variables: ["INSIDE_EMACS"]
        ),
        EnvironmentSign(
            kind: .multiplexer,
            system: "tmux",
            title: "tmux",
            variables: ["TMUX"],
            shown: ["TMUX_PANE"]
        ),
        EnvironmentSign(
            kind: .multiplexer,
            system: "screen",
            title: "screen",
            variables: ["STY"],
            shown: ["STY"]
        ),
        EnvironmentSign(
            kind: .multiplexer,
            system: "zellij",
            title: "zellij",
            variables: ["ZELLIJ"],
            shown: ["ZELLIJ_SESSION_NAME"]
        ),
        EnvironmentSign(
            kind: .ssh,
            system: "ssh",
            title: "an SSH login",
            variables: ["SSH_CONNECTION"]
        ),
        EnvironmentSign(
            kind: .tool,
            system: "npm",
            title: "a script of a package manager",
            variables: ["npm_lifecycle_event"],
            shown: ["npm_package_name", "npm_lifecycle_event"]
        ),
    ]

    /// What it says of `process`; `nil` where its environment is not known or lacks a variable.
    func origin(of process: ProcessRecord) -> Origin? {
        guard let entries = process.environment?.known else { return nil }
        for variable in variables {
            let isWhole = variable.bytes.contains(UInt8(ascii: "="))
            let isSet = entries.contains { entry in
                isWhole
                    ? entry == variable
                    : entry.bytes.starts(with: variable.bytes + [UInt8(ascii: "=")])
            }
            guard isSet else { return nil }
        }
        let values = shown.compactMap { name in
            process.variable(name).map { "\(name.text)=\($0.text)" }
        }
        let names = variables.map { variable in
            String(variable.text.prefix { $0 != "=" })
        }
        var fact =
            "\(names.joined(separator: " and ")) \(names.count > 1 ? "are" : "is")"
            + " in its environment"
        if let mark, !mark.isSet(of: process) {
            fact +=
                ", without the \(mark.name.text) by which rule ci.\(system) knows what a job left"
        }
        return Origin(
            kind,
            title,
            system: system,
            evidence: [
                Evidence(
                    fact,
                    source: process.source("environ"),
                    value: values.isEmpty ? nil : ByteString(values.joined(separator: " "))
                )
            ]
        )
    }
}

extension Origin {
    /// What the environment tells, each title once.
    static func ofEnvironment(_ process: ProcessRecord) -> [Origin] {
        var seen: Set<String> = []
        return EnvironmentSign.all.compactMap { $0.origin(of: process) }
            .filter { seen.insert($0.name).inserted }
    }
}
