@testable import ReaperKit

extension ShippedFileCase {
    static let developer: [ShippedFileCase] = servers + browsers + databases + daemons

    private static let servers = [
        ShippedFileCase(
            rule: "devservers.next-lock",
            paths: ["/home/u/.next/lock", "/home/u/.next/dev/lock"],
            other: "/home/u/.next/cache/lock",
            entries: []
        ),
        ShippedFileCase(
            rule: "devservers.rails",
            paths: ["/home/u/tmp/pids/server.pid"],
            other: "/home/u/tmp/pids/sidekiq.pid",
            own: ["/usr/bin/ruby3.1 puma 6.4.2 (tcp://localhost:3000) [app]"]
        ),
        ShippedFileCase(
            rule: "devservers.puma",
            paths: ["/home/u/tmp/pids/puma.pid", "/home/u/shared/tmp/pids/puma.pid"],
            other: "/home/u/tmp/pids/puma.sock",
            // Written without an end of line.
            text: "4127",
            own: [
                "/usr/bin/ruby3.1 puma 6.4.2 (tcp://localhost:3000) [app]",
                "/usr/bin/ruby3.1 /usr/bin/puma -C config/puma.rb",
                "/usr/lib/jvm/java-21/bin/java -cp jruby.jar org.jruby.Main /opt/bin/puma",
            ],
            others: ["/usr/bin/ruby3.1 unicorn master -D", "/usr/bin/less puma.rb"]
        ),
        ShippedFileCase(
            rule: "devservers.puma-state",
            paths: ["/home/u/tmp/pids/puma.state", "/home/u/shared/tmp/pids/puma.state"],
            other: "/home/u/tmp/pids/puma.pid",
            text: """
                ---
                pid: 4127
                control_url: unix:///tmp/pumactl
                control_auth_token: 5e51
                running_from: "/w/app"

                """,
            own: ["/usr/bin/ruby3.1 puma 6.4.2 (tcp://localhost:3000) [app]"],
            others: ["/usr/bin/ruby3.1 rake jobs:work"]
        ),
        ShippedFileCase(
            rule: "devservers.unicorn",
            paths: [
                "/home/u/tmp/pids/unicorn.pid", "/home/u/tmp/pids/unicorn.pid.oldbin",
                "/home/u/shared/pids/unicorn.pid", "/home/u/shared/tmp/pids/unicorn.pid",
            ],
            other: "/home/u/tmp/pids/gunicorn.pid",
            own: [
                "/usr/bin/ruby3.1 unicorn master -c config/unicorn.rb -D",
                "/usr/bin/ruby3.1 /usr/bin/unicorn_rails -D",
            ],
            others: [
                "/usr/bin/ruby3.1 puma 6.4.2 (tcp://localhost:3000) [app]",
                "/usr/bin/python3.12 /usr/bin/gunicorn app:app",
            ]
        ),
        ShippedFileCase(
            rule: "devservers.spring",
            paths: ["/tmp/spring-1000/0f3a.pid"],
            other: "/tmp/spring-1000/0f3a",
            own: ["/usr/bin/ruby3.1 spring server | app | started 1 hour ago"]
        ),
        ShippedFileCase(
            rule: "devservers.symfony",
            paths: ["/home/u/.symfony5/var/0f3a.pid"],
            other: "/home/u/.symfony5/log/0f3a.log",
            text: #"{"dir": "/w/app", "watch": null, "pid": 4127, "port": 8000, "name": ""}"#,
            entries: ["4127 /w/app ()"],
            own: ["/usr/local/bin/symfony server:start"]
        ),
        ShippedFileCase(
            rule: "devservers.jupyter",
            paths: ["/home/u/.local/share/jupyter/runtime/jpserver-4127.json"],
            other: "/home/u/.local/share/jupyter/runtime/kernel-1.json",
            text: #"{"pid": 4127, "root_dir": "/w", "url": "http://localhost:8888/"}"#,
            entries: ["4127 http://localhost:8888/ (/w)"],
            own: ["/usr/bin/python3.12 /v/bin/jupyter-lab"]
        ),
    ]

    private static let browsers = [
        ShippedFileCase(
            rule: "browsers.chromium-lock",
            paths: [
                "/home/u/.config/google-chrome/SingletonLock",
                "/home/u/.config/chromium/SingletonLock",
                "/home/u/.config/BraveSoftware/Brave-Browser/SingletonLock",
                "/tmp/puppeteer_dev_chrome_profile-XyZ/SingletonLock",
                "/tmp/org.chromium.Chromium.scoped_dir.hcFh4O/SingletonLock",
                "/tmp/.com.google.Chrome.a1/SingletonLock",
            ],
            other: "/home/u/.config/google-chrome/SingletonCookie",
            text: "build-7.example.com-4127",
            entries: ["4127 on build-7.example.com"],
            own: ["/opt/google/chrome/chrome", "/usr/lib/chromium/chromium"]
        ),
        ShippedFileCase(
            rule: "browsers.firefox-lock",
            paths: [
                "/home/u/.mozilla/firefox/ab12.default/lock", "/tmp/rust_mozprofileXyZ/lock",
            ],
            other: "/home/u/.mozilla/firefox/ab12.default/.parentlock",
            text: "127.0.1.1:+4127",
            own: ["/usr/lib/firefox/firefox"]
        ),
    ]

    private static let databases = [
        ShippedFileCase(
            rule: "databases.postgres",
            paths: [
                "/home/u/pgdata/postmaster.pid", "/var/lib/postgresql/15/main/postmaster.pid",
                "/var/lib/pgsql/data/postmaster.pid",
            ],
            other: "/var/lib/postgresql/15/main/postmaster.opts",
            text: """
                4127
                /var/lib/postgresql/15/main
                1766800000
                5432
                /var/run/postgresql
                localhost
                    5432001         0
                ready

                """,
            entries: ["4127 /var/lib/postgresql/15/main"],
            own: ["/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main"]
        ),
        ShippedFileCase(
            rule: "databases.postgres-socket",
            paths: ["/tmp/.s.PGSQL.5432.lock", "/run/postgresql/.s.PGSQL.5432.lock"],
            other: "/tmp/.s.PGSQL.5432",
            text: "4127\n/w/pgdata\n1766800000\n5432\n/tmp\n",
            entries: ["4127 /w/pgdata"],
            own: ["/usr/lib/postgresql/15/bin/postgres"]
        ),
        ShippedFileCase(
            rule: "databases.mysql",
            paths: [
                "/run/mysqld/mysqld.pid", "/run/mysqld/mysqld.sock.lock", "/tmp/mysql.sock.lock",
                "/run/mariadb/mariadb.pid",
            ],
            other: "/run/mysqld/mysqld.sock",
            own: ["/usr/sbin/mysqld", "/usr/sbin/mariadbd"]
        ),
        ShippedFileCase(
            rule: "databases.redis",
            paths: ["/run/redis/redis-server.pid", "/run/redis_6379.pid"],
            other: "/run/redis/redis.sock",
            own: ["/usr/bin/redis-check-rdb redis-server 127.0.0.1:6379"]
        ),
        ShippedFileCase(
            rule: "databases.nginx",
            paths: ["/run/nginx.pid", "/usr/local/nginx/logs/nginx.pid"],
            other: "/run/nginx.lock",
            own: ["/usr/sbin/nginx"]
        ),
        ShippedFileCase(
            rule: "databases.mongodb-socket",
            paths: ["/tmp/mongodb-27017.sock"],
            other: "/tmp/mongodb.log",
            entries: []
        ),
    ]

    private static let daemons = [
        ShippedFileCase(
            rule: "builddaemons.bazel",
            paths: ["/home/u/.cache/bazel/_bazel_u/0f3a/server/server.pid.txt"],
            other: "/home/u/.cache/bazel/_bazel_u/0f3a/server/server.starttime",
            text: "4127",
            own: [
                "/home/u/.cache/bazel/_bazel_u/install/9c/embedded_tools/jdk/bin/java bazel(app)"
            ]
        ),
        ShippedFileCase(
            rule: "builddaemons.watchman",
            paths: [
                "/home/u/.local/state/watchman/u-state/pid",
                "/usr/local/var/run/watchman/u-state/pid",
            ],
            other: "/usr/local/var/run/watchman/u-state/sock",
            own: ["/usr/bin/watchman --foreground"]
        ),
        ShippedFileCase(
            rule: "containerfiles.dockerd",
            paths: ["/run/docker.pid", "/run/user/0/docker.pid"],
            other: "/run/docker.sock",
            text: "4127",
            own: ["/usr/bin/dockerd -H fd://"]
        ),
        ShippedFileCase(
            rule: "containerfiles.podman-pause",
            paths: ["/run/user/0/libpod/tmp/pause.pid"],
            other: "/run/user/0/libpod/tmp/alive",
            text: "4127",
            own: ["/usr/bin/podman", "/usr/libexec/podman/catatonit -P"]
        ),
    ]
}
