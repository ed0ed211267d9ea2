extension AncestorSign {
    /// Who is known; the first that fits names an ancestor.
    ///
    /// Whoever fits nothing else may still be a shell.
    static let all: [AncestorSign] = supervisors + containers + jobs + people + shells

    /// Programs that start what ends anew, so that stopping their processes alone is in vain, and
    /// programs that do not, but whose processes mean little without them.
    private static let supervisors: [AncestorSign] =
        [
            AncestorSign(
                .supervisor,
                "supervisord",
                "a supervisor",
                ["supervisord"],
                restarts: true,
                stop: .variable("supervisorctl stop", "SUPERVISOR_PROCESS_NAME")
            ),
            // Argument 1 is the service's directory: runsv(8), s6-supervise, supervise(8).
            AncestorSign(
                .supervisor,
                "runit",
                "a runit supervisor",
                ["runsv"],
                restarts: true,
                stop: .argument("sv down", 1)
            ),
            AncestorSign(
                .supervisor,
                "s6",
                "an s6 supervisor",
                ["s6-supervise"],
                restarts: true,
                stop: .argument("s6-svc -d", 1)
            ),
            AncestorSign(
                .supervisor,
                "daemontools",
                "a daemontools supervisor",
                ["supervise"],
                restarts: true,
                stop: .argument("svc -d", 1)
            ),
            // It calls itself "PM2 v5.3.0: God Daemon (...)".
            AncestorSign(
                .supervisor,
                "pm2",
                "the PM2 daemon",
                ["PM2 v*", "PM2"],
                restarts: true,
                stop: .variable("pm2 stop", "pm_id")
            ),
            AncestorSign(
                .supervisor,
                "manta",
                "Manta's supervisor",
                ["python*", "pypy*", "manta*"],
                words: ["manta-supervisor", "manta_supervisor"],
                restarts: true
            ),
            AncestorSign(
                .supervisor,
                "manta",
                "a Manta node",
                ["python*", "pypy*", "manta*"],
                words: ["manta_node", "manta-node"]
            ),
            AncestorSign(
                .supervisor,
                "wasmcloud",
                "a wasmCloud host",
                ["wasmcloud", "wasmcloud_host"],
                restarts: true
            ),
            AncestorSign(
                .supervisor,
                "wasmcloud",
                "a wasmCloud host",
                ["beam.smp"],
                words: ["wasmcloud"],
                restarts: true
            ),
            AncestorSign(.supervisor, "wasmcloud", "the wasmCloud shell", ["wash"]),
            AncestorSign(
                .supervisor,
                "dora",
                "a dora daemon",
                ["dora", "dora-daemon", "dora-cli"]
            ),
            AncestorSign(
                .supervisor,
                "reaper",
                "a reaper supervisor",
                ["reaper"],
                words: ["=up"],
                restarts: true,
                stop: .command("reaper down")
            ),
            AncestorSign(
                .supervisor,
                "reaper",
                "a reaper that runs a command",
                ["reaper"],
                words: ["=run"]
            ),
            AncestorSign(
                .supervisor,
                "procfile",
                "a Procfile runner",
                ["overmind", "hivemind", "foreman", "honcho", "mprocs", "goreman"]
            ),
            AncestorSign(
                .supervisor,
                "reloader",
                "a reloader",
                ["nodemon", "watchexec", "air", "cargo-watch"],
                restarts: true
            ),
        ]
        + [
            ("zinit", ["zinit", "zinit_server", "zinit-server"], "zinit stop", "zinit list"),
            ("systemg", ["sysg", "systemg"], "sysg stop --service", "sysg status"),
        ].map { system, names, stop, list in
            AncestorSign(
                .supervisor,
                system,
                "a supervisor",
                names,
                restarts: true,
                stop: .named(stop, by: list)
            )
        }
        + [
            ("circus", ["circusd"]),
            ("monit", ["monit"]), ("dinit", ["dinit"]), ("immortal", ["immortal"]),
            ("perp", ["perpd"]),
            ("openrc", ["supervise-daemon"]), ("process-compose", ["process-compose"]),
        ].map { system, names in
            AncestorSign(.supervisor, system, "a supervisor", names, restarts: true)
        }

    private static let containers: [AncestorSign] = [
        AncestorSign(
            .container,
            "container",
            "a container's shim",
            ["containerd-shim*", "conmon", "crun", "runc", "lxc-start", "systemd-nspawn"]
        )
    ]

    /// Agents and schedulers: what they started belongs to a job.
    private static let jobs: [AncestorSign] = [
        AncestorSign(
            .ci,
            "github",
            "GitHub's runner",
            ["Runner.Worker", "Runner.Listener", "act_runner"]
        ),
        AncestorSign(.ci, "gitlab", "GitLab's runner", ["gitlab-runner", "gitlab-ci-multi*"]),
        AncestorSign(.ci, "azure", "Azure's agent", ["Agent.Worker", "Agent.Listener"]),
        AncestorSign(.ci, "buildkite", "Buildkite's agent", ["buildkite-agent"]),
        AncestorSign(
            .ci,
            "jenkins",
            "Jenkins' agent",
            ["java", "jenkins*"],
            words: ["agent.jar", "slave.jar", "remoting.jar", "jenkins.war", "swarm-client"]
        ),
        AncestorSign(
            .ci,
            "teamcity",
            "TeamCity's agent",
            ["java"],
            words: ["jetbrains.buildServer.agent"]
        ),
        AncestorSign(.ci, "circleci", "CircleCI's agent", ["circleci-agent", "circleci-runner"]),
        AncestorSign(.ci, "drone", "Drone's runner", ["drone-runner*"]),
        AncestorSign(.ci, "woodpecker", "Woodpecker's agent", ["woodpecker-agent"]),
        AncestorSign(.batch, "slurm", "a Slurm job step", ["slurmstepd"]),
        AncestorSign(.batch, "pbs", "a PBS job", ["pbs_mom"]),
        AncestorSign(.batch, "gridengine", "a Grid Engine job", ["sge_shepherd"]),
        AncestorSign(.batch, "htcondor", "an HTCondor job", ["condor_starter"]),
        AncestorSign(
            .scheduler,
            "cron",
            "which runs jobs at set times",
            ["cron", "crond", "CRON", "fcron", "anacron"]
        ),
        AncestorSign(.scheduler, "at", "which runs jobs at set times", ["atd"]),
    ]

    /// What people sit in front of.
    private static let people: [AncestorSign] = [
        AncestorSign(.agent, "claude", "a coding agent", ["claude"]),
        AncestorSign(.agent, "gemini", "a coding agent", ["gemini"]),
        AncestorSign(
            .agent,
            "agent",
            "a coding agent",
            ["codex", "aider", "goose", "opencode", "cursor-agent"]
        ),
        AncestorSign(
            .editor,
            "vscode",
            "an editor",
            ["code", "code-insiders", "code-oss", "codium", "code-server", "cursor", "windsurf"]
        ),
        AncestorSign(
            .editor,
            "vscode",
            "an editor's server",
            ["node", "MainThread"],
            words: [".vscode-server", "code-server", ".cursor-server", ".windsurf-server"]
        ),
        AncestorSign(
            .editor,
            "jetbrains",
            "a development environment",
            [
                "idea", "pycharm", "goland", "clion", "webstorm", "rubymine", "phpstorm", "rider",
                "rustrover", "datagrip", "fleet", "studio",
            ]
        ),
        AncestorSign(
            .editor,
            "jetbrains",
            "a development environment",
            ["java"],
            words: ["com.intellij.idea.Main", "idea.paths.selector"]
        ),
        AncestorSign(.editor, "vim", "an editor", ["vim", "vim.*", "vi", "gvim"]),
        AncestorSign(.editor, "neovim", "an editor", ["nvim"]),
        AncestorSign(.editor, "emacs", "an editor", ["emacs*"]),
        AncestorSign(
            .editor,
            "editor",
            "an editor",
            [
                "eclipse", "qtcreator", "kdevelop", "gnome-builder", "netbeans", "zed",
                "zed-editor",
                "sublime_text", "subl", "kate", "gedit", "lapce", "hx", "helix", "kak", "micro",
            ]
        ),
        AncestorSign(.multiplexer, "tmux", "a terminal multiplexer", ["tmux", "tmux:*"]),
        AncestorSign(.multiplexer, "screen", "a terminal multiplexer", ["screen", "SCREEN"]),
        AncestorSign(.multiplexer, "zellij", "a terminal multiplexer", ["zellij"]),
        AncestorSign(.multiplexer, "dtach", "a detached terminal", ["dtach", "abduco"]),
        AncestorSign(.ssh, "ssh", "an SSH login", ["sshd", "sshd-session", "dropbear"]),
        AncestorSign(
            .terminal,
            "terminal",
            "a terminal window",
            [
                "gnome-terminal*", "konsole", "kitty", "alacritty", "xterm", "uxterm",
                "wezterm-gui",
                "foot", "ghostty", "xfce4-terminal", "terminator", "tilix", "ptyxis*", "urxvt*",
                "yakuake", "guake", "kgx",
            ]
        ),
        AncestorSign(.session, "login", "a login on a console", ["login", "agetty"]),
    ]

    private static let shells: [AncestorSign] = [
        AncestorSign(
            .shell,
            "shell",
            "a shell",
            [
                "bash", "zsh", "sh", "dash", "ash", "fish", "ksh", "mksh", "tcsh", "csh", "nu",
                "pwsh",
            ]
        )
    ]
}
