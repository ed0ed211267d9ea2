@testable import ReaperKit

extension ShippedFileCase {
    static let systems: [ShippedFileCase] = manta + systemg + wasmCloud + others

    private static let manta = [
        ShippedFileCase(
            rule: "manta.node",
            paths: ["/home/u/.manta/nodes/instances/prod-a3f2c891.json"],
            other: "/home/u/.manta/nodes/instances/prod.supervisor.json",
            text: """
                {
                  "instance_id": "prod-a3f2c891", "alias": "prod", "config_name": "prod",
                  "pid": 4127, "start_time": "2026-08-21T10:00:00.123", "status": "running",
                  "manager_host": "localhost", "manager_port": 50051, "log_file": "/l"
                }
                """,
            entries: ["4127 prod-a3f2c891 (prod)"],
            own: [
                "/usr/bin/python3.11 -m manta_node start prod --foreground --subprocess",
                "/v/bin/python3 /v/bin/manta_node start prod --foreground",
                "/v/bin/python3 -u -m manta_node start prod", "/opt/manta_node start prod",
            ],
            stranger: "/usr/bin/python3.11 -m http.server",
            others: [
                "/usr/bin/python3.11 watch.py manta_node.log",
                "/usr/bin/python3.11 watch.py /home/u/.manta/logs/nodes/manta_node.log --follow",
                "/usr/bin/python3.11 -m pytest manta_node/tests", "/usr/bin/vi manta_node start",
            ]
        ),
        ShippedFileCase(
            rule: "manta.supervisor",
            paths: ["/home/u/.manta/nodes/instances/prod.supervisor.json"],
            other: "/home/u/.manta/nodes/instances/prod-a3f2c891.json",
            text: """
                {"alias": "prod", "supervisor_pid": 4127, "child_pid": null, "state": "running",
                 "start_time": "2026-08-21T08:00:00+00:00"}
                """,
            entries: ["4127 prod (prod)"],
            own: [
                "/usr/bin/python3.11 /v/bin/manta-supervisor prod",
                "/usr/bin/python3.11 -m manta_node.supervisor prod", "/v/bin/manta-supervisor",
            ],
            stranger: "/usr/bin/python3.11 -m manta_node start prod",
            others: ["/usr/bin/python3.11 watch.py /l/manta-supervisor.log /l/manta_node.log"]
        ),
        ShippedFileCase(
            rule: "manta.supervisor-socket",
            paths: ["/home/u/.manta/supervisor.sock"],
            other: "/home/u/.manta/supervisor.toml",
            entries: []
        ),
    ]

    private static let systemg = [
        ShippedFileCase(
            rule: "systemg.supervisor",
            paths: [
                "/home/u/.local/share/systemg/sysg.pid",
                "/home/u/.local/share/systemg/supervisor.pid", "/var/lib/systemg/sysg.pid",
                "/var/lib/systemg/supervisor.pid",
            ],
            other: "/home/u/.local/share/systemg/supervisor.lock",
            text: "4127",
            own: ["/usr/local/bin/sysg supervise"],
            stranger: "/bin/sh -c sysg"
        ),
        ShippedFileCase(
            rule: "systemg.service",
            paths: [
                "/home/u/.local/share/systemg/pid.xml",
                "/home/u/.local/share/systemg/projects/__loose__/pid.xml",
                "/var/lib/systemg/projects/web/pid.xml",
            ],
            other: "/home/u/.local/share/systemg/projects/web/pid.xml.lock",
            text: """
                <PidFile>
                  <services>
                    <name>web</name>
                    <pid>4127</pid>
                  </services>
                  <services>
                    <name>mail</name>
                    <pid>4130</pid>
                  </services>
                  <service_groups><name>web</name><pgid>4127</pgid></service_groups>
                  <service_starts><name>web</name><started>88213</started></service_starts>
                  <parent_map><child>4128</child><parent>4127</parent></parent_map>
                  <generations>
                    <service>web</service>
                    <pid>4127</pid>
                    <start>88213</start>
                    <sid>4127</sid>
                    <pgid>4127</pgid>
                    <state>Active</state>
                  </generations>
                  <generations>
                    <service>web</service><pid>4100</pid><start>80000</start><sid>4100</sid>
                    <pgid>4100</pgid><state>Retired</state>
                  </generations>
                </PidFile>

                """,
            // The number with its start time says all that the number alone does.
            entries: ["4130 mail", "4127@88213 web", "4100@80000 web"]
        ),
        ShippedFileCase(
            rule: "systemg.service-json",
            paths: ["/home/u/.local/share/systemg/pid.json", "/var/lib/systemg/pid.json"],
            other: "/home/u/.local/share/systemg/state.json",
            text: #"{"services": {"web": 4127, "db": 4130}, "service_groups": {"web": 4127}}"#,
            entries: ["4127 web", "4130 db"]
        ),
        ShippedFileCase(
            rule: "systemg.socket",
            paths: [
                "/home/u/.local/share/systemg/control.sock",
                "/home/u/.local/share/systemg/supervisor.sock", "/var/lib/systemg/control.sock",
            ],
            other: "/home/u/.local/share/systemg/sysg.pid",
            entries: []
        ),
    ]

    private static let wasmCloud = [
        ShippedFileCase(
            rule: "wasmcloud.host",
            paths: [
                "/home/u/.wash/downloads/wasmcloud.pid",
                "/home/u/.local/share/wash/downloads/wasmcloud.pid",
            ],
            other: "/home/u/.wash/downloads/wadm.pid",
            text: #"{"version":"v1.0.0","pid":4127}"#,
            own: ["/home/u/.wash/downloads/v1.0.0/wasmcloud_host", "/opt/erts/bin/beam.smp -B"],
            stranger: "/tmp/wasmcloudcache/V1/1/wasmcloud_httpserver_default"
        ),
        ShippedFileCase(
            rule: "wasmcloud.wadm",
            paths: [
                "/home/u/.wash/downloads/wadm.pid", "/home/u/.wash/wadm.pid",
                "/home/u/.local/share/wash/downloads/wadm.pid",
            ],
            other: "/home/u/.wash/downloads/wadm",
            text: "4127",
            own: ["/home/u/.wash/downloads/wadm"]
        ),
        ShippedFileCase(
            rule: "wasmcloud.nats",
            paths: [
                "/home/u/.wash/downloads/nats.pid", "/home/u/.local/share/wash/downloads/nats.pid",
            ],
            other: "/home/u/.wash/downloads/nats.log",
            text: "4127",
            own: ["/home/u/.wash/downloads/nats-server -js"]
        ),
    ]

    private static let others = [
        ShippedFileCase(
            rule: "dora.socket",
            paths: ["/tmp/0195c0a1-7b3e-7c4d-9e1f-3f2b1a0c9d8e/camera.sock"],
            other: "/tmp/0195c0a1/camera.sock",
            entries: []
        ),
        ShippedFileCase(
            rule: "zinit.socket",
            paths: ["/run/zinit.sock", "/tmp/zinit.sock", "/home/u/hero/var/zinit.sock"],
            other: "/tmp/zinit.sock.old",
            entries: []
        ),
        ShippedFileCase(
            rule: "reaper.lease",
            paths: ["/run/reaper/runs/4100-1f3d94756c9440ee.json"],
            other: "/run/reaper/runs/.4100-1f3d94756c9440ee.tmp",
            text: #"{"id":"4100-1f3d94756c9440ee","pid":4127,"start_ticks":88213}"#,
            entries: ["4127@88213 4100-1f3d94756c9440ee"]
        ),
        ShippedFileCase(
            rule: "reaper.supervisor",
            paths: ["/run/reaper/supervisor.json"],
            other: "/run/reaper/supervisor.json.tmp",
            text: #"{"pid":4127,"start_ticks":88213,"version":"0.1.0"}"#,
            entries: ["4127@88213"],
            own: ["/usr/bin/reaper up --file /srv/app/reaper.json5"]
        ),
        ShippedFileCase(
            rule: "reaper.service-record",
            paths: ["/run/reaper/services/web.json"],
            other: "/run/reaper/services/web.json.tmp",
            text: #"{"id":"web","pid":4127,"start_ticks":88213,"mark":"web:1-2-3"}"#,
            entries: ["4127@88213 web:1-2-3 (web)"]
        ),
        ShippedFileCase(
            rule: "generic.pid-file",
            paths: ["/run/sshd.pid", "/run/crond/crond.pid"],
            other: "/run/user/1000/app/x.pid"
        ),
    ]
}
