@testable import ReaperKit

/// Development servers and build daemons.
extension ShippedOrphanCase {
    static let developer: [ShippedOrphanCase] = servers + plainServers + browsers + daemons

    private static let servers: [ShippedOrphanCase] = [
        .init(
            "devservers.next",
            "a server without its `next dev`",
            .confirmed,
            exe: "/usr/bin/node",
            args: ["next-server (v16.0.1)"],
            env: ["NEXT_PRIVATE_WORKER=1"]
        ),
        .init(
            "devservers.next",
            "a server of a living `next dev`",
            nil,
            exe: "/usr/bin/node",
            args: ["next-server (v16.0.1)"],
            env: ["NEXT_PRIVATE_WORKER=1", "npm_lifecycle_event=dev"],
            parent: "/usr/bin/node"
        ),
        .init(
            "devservers.next",
            "what such a server started",
            nil,
            exe: "/usr/bin/node",
            args: ["node", "worker.js"],
            env: ["NEXT_PRIVATE_WORKER=1"]
        ),
        .init(
            "devservers.django",
            "a server without its reloader",
            .confirmed,
            exe: "/usr/bin/python3.12",
            args: ["/v/bin/python", "manage.py", "runserver"],
            env: ["RUN_MAIN=true"]
        ),
        .init(
            "devservers.django",
            "its reloader lives",
            nil,
            exe: "/usr/bin/python3.12",
            args: ["/v/bin/python", "manage.py", "runserver"],
            env: ["RUN_MAIN=true"],
            parent: "/usr/bin/python3.12",
            parentArgs: ["python", "manage.py", "runserver"]
        ),
        .init(
            "devservers.django",
            "a server without reloader, in the background on purpose",
            nil,
            exe: "/usr/bin/python3.12",
            args: ["python", "manage.py", "runserver", "--noreload"]
        ),
        .init(
            "devservers.flask",
            "a server without its reloader",
            .confirmed,
            exe: "/usr/bin/python3.12",
            args: ["/v/bin/python", "/v/bin/flask", "run", "--debug"],
            env: ["WERKZEUG_RUN_MAIN=true"]
        ),
        .init(
            "devservers.flask",
            "its reloader lives",
            nil,
            exe: "/usr/bin/python3.12",
            args: ["/v/bin/python", "-m", "flask", "--app", "x", "run"],
            env: ["WERKZEUG_RUN_MAIN=true"],
            parent: "/usr/bin/python3.12",
            parentArgs: ["python", "-m", "flask", "--app", "x", "run"]
        ),
        .init(
            "devservers.werkzeug",
            "a program without its reloader",
            .confirmed,
            exe: "/usr/bin/python3.12",
            args: ["python", "app.py"],
            env: ["WERKZEUG_RUN_MAIN=true"]
        ),
        .init(
            "devservers.werkzeug",
            "its reloader lives",
            nil,
            exe: "/usr/bin/python3.12",
            args: ["python", "app.py"],
            env: ["WERKZEUG_RUN_MAIN=true"],
            parent: "/usr/bin/python3.12"
        ),
        .init(
            "devservers.npm-script",
            "vite without its npm",
            .confirmed,
            exe: "/usr/bin/node",
            args: ["node", "/w/node_modules/.bin/vite", "--port", "5173"],
            env: ["npm_lifecycle_event=dev"]
        ),
        .init(
            "devservers.npm-script",
            "vite below npm below a terminal",
            nil,
            exe: "/usr/bin/node",
            args: ["node", "/w/node_modules/.bin/vite"],
            env: ["npm_lifecycle_event=dev"],
            parent: "/usr/bin/node",
            parentArgs: ["npm run dev"]
        ),
        .init(
            "devservers.npm-script",
            "vite from a terminal",
            nil,
            exe: "/usr/bin/node",
            args: ["node", "/w/node_modules/.bin/vite"],
            parent: "/usr/bin/bash"
        ),
        .init(
            "devservers.npm-script",
            "vite that a user put into the background",
            nil,
            exe: "/usr/bin/node",
            args: ["node", "/w/node_modules/.bin/vite"]
        ),
        .init(
            "devservers.npm-script",
            "a process manager that a script started",
            nil,
            exe: "/usr/bin/node",
            args: ["PM2 v5: God Daemon (/home/u/.pm2)"],
            env: ["npm_lifecycle_event=start"]
        ),
    ]

    private static let plainServers: [ShippedOrphanCase] =
        [
            .init(
                "devservers.http-server",
                "a server without whoever started it",
                .confirmed,
                exe: "/usr/bin/python3.12",
                args: ["python3", "-u", "-m", "http.server", "8000"]
            ),
            .init(
                "devservers.http-server",
                "a server in somebody's shell",
                nil,
                exe: "/usr/bin/python3.12",
                args: ["python3", "-m", "http.server"],
                parent: "/usr/bin/bash"
            ),
            .init(
                "devservers.http-server",
                "another module",
                nil,
                exe: "/usr/bin/python3.12",
                args: ["python3", "-m", "http.server_log"]
            ),
            .init(
                "devservers.php",
                "a server without whoever started it",
                .confirmed,
                exe: "/usr/bin/php8.2",
                args: ["php", "-S", "localhost:8000", "-t", "public"]
            ),
            .init(
                "devservers.php",
                "a server in somebody's shell",
                nil,
                exe: "/usr/bin/php8.2",
                args: ["php", "-S", "localhost:8000"],
                parent: "/usr/bin/zsh"
            ),
            .init(
                "devservers.php",
                "PHP's process manager",
                nil,
                exe: "/usr/sbin/php-fpm8.2",
                args: ["php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)"]
            ),
        ] + rubyServers

    private static let rubyServers: [ShippedOrphanCase] =
        [
            ["puma 6.4.0 (tcp://0.0.0.0:9292) [app]"], ["puma: cluster worker 0: 4127 [app]"],
            ["ruby", "/usr/local/bin/rackup", "-p", "9292"], ["unicorn master -c unicorn.rb"],
            ["/usr/bin/ruby", "-run", "-e", "httpd", ".", "-p", "8000"],
        ].map {
            ShippedOrphanCase(
                "devservers.ruby",
                "a server without whoever started it: \($0[0].text)",
                .confirmed,
                exe: "/usr/bin/ruby3.1",
                args: $0
            )
        } + [
            ShippedOrphanCase(
                "devservers.ruby",
                "a server in somebody's shell",
                nil,
                exe: "/usr/bin/ruby3.1",
                args: ["puma 6.4.0 (tcp://0.0.0.0:9292) [app]"],
                parent: "/usr/bin/bash"
            ),
            ShippedOrphanCase(
                "devservers.ruby",
                "another program in Ruby",
                nil,
                exe: "/usr/bin/ruby3.1",
                args: ["ruby", "/srv/puma_stats.rb"]
            ),
        ]

    private static let daemons: [ShippedOrphanCase] = [
        .init(
            "builddaemons.gradle",
            "a daemon, also of a CI job",
            .confirmed,
            exe: "/opt/hostedtoolcache/jdk/21/bin/java",
            args: ["java", "-Xmx512m", "org.gradle.launcher.daemon.bootstrap.GradleDaemon", "8.5"],
            env: ["RUNNER_TRACKING_ID=github_1"]
        ),
        .init("builddaemons.gradle", "another Java program", nil, exe: "/usr/lib/jvm/17/bin/java"),
        .init(
            "builddaemons.gradle-worker",
            "a test worker without its daemon",
            .confirmed,
            exe: "/usr/lib/jvm/17/bin/java",
            args: ["java", "worker.org.gradle.process.internal.worker.GradleWorkerMain", "'T 1'"]
        ),
        .init(
            "builddaemons.gradle-worker",
            "its daemon lives",
            nil,
            exe: "/usr/lib/jvm/17/bin/java",
            args: ["java", "worker.org.gradle.process.internal.worker.GradleWorkerMain"],
            parent: "/usr/lib/jvm/17/bin/java"
        ),
        .init(
            "builddaemons.kotlin",
            "a daemon",
            .confirmed,
            exe: "/usr/lib/jvm/17/bin/java",
            args: ["java", "-cp", "x", "org.jetbrains.kotlin.daemon.KotlinCompileDaemon"]
        ),
        .init(
            "builddaemons.kotlin",
            "its Gradle daemon lives",
            nil,
            exe: "/usr/lib/jvm/17/bin/java",
            args: ["java", "-cp", "x", "org.jetbrains.kotlin.daemon.KotlinCompileDaemon"],
            parent: "/usr/lib/jvm/17/bin/java"
        ),
        .init(
            "builddaemons.sccache",
            "a server",
            .confirmed,
            exe: "/home/u/.cargo/bin/sccache",
            env: ["SCCACHE_START_SERVER=1", "CI_JOB_ID=7"]
        ),
        .init(
            "builddaemons.sccache",
            "a client",
            nil,
            exe: "/home/u/.cargo/bin/sccache",
            args: ["sccache", "rustc"]
        ),
        .init(
            "builddaemons.language-server",
            "a server without its editor",
            .confirmed,
            exe: "/usr/lib/llvm-18/bin/clangd",
            args: ["clangd", "--background-index"]
        ),
        .init(
            "builddaemons.language-server",
            "Swift's, without its editor",
            .confirmed,
            exe: "/opt/swift/usr/bin/sourcekit-lsp"
        ),
        .init(
            "builddaemons.language-server",
            "an editor that nobody knows lives",
            nil,
            exe: "/usr/lib/llvm-18/bin/clangd",
            parent: "/opt/rare/editor"
        ),
        .init(
            "builddaemons.language-server",
            "a server of indexes, which is a daemon",
            nil,
            exe: "/usr/bin/clangd-index-server"
        ),
    ]
}
