import Foundation
import TestSupport

/// Stand-ins for `manta_node` and `manta-supervisor`, with the command lines, sessions and records of
/// the wheels 0.5 and 0.6.
enum MantaProgram {
    /// Writes the module and the script.
    static func write(to directory: TemporaryDirectory) throws {
        try directory.write("", to: "lib/manta_node/__init__.py")
        try directory.write(node, to: "lib/manta_node/__main__.py")
        try directory.write(supervisor, to: "bin/manta-supervisor")
    }

    /// Starts a node, as `manta_node start prod` does in the background.
    static func node(in directory: TemporaryDirectory, record: String) throws -> PythonProgram {
        let words = ["-m", "manta_node", "start", "prod", "--foreground", "--subprocess"]
        let program = try PythonProgram(
            words + ["--alias", "prod", "--log-file", directory.path("prod.log")],
            environment: environment(of: directory)
        )
        guard FileManager.default.fileExists(atPath: record) else {
            throw SupportError("the node wrote no \(record)")
        }
        return program
    }

    /// Starts a supervisor, and by it a node.
    static func supervisor(in directory: TemporaryDirectory) throws -> PythonProgram {
        try PythonProgram(
            [directory.path("bin/manta-supervisor"), "prod"],
            environment: environment(of: directory)
        )
    }

    private static func environment(of directory: TemporaryDirectory) -> [String: String] {
        ["HOME": directory.path, "PYTHONPATH": directory.path("lib")]
    }

    private static let node =
        PythonProgram.prelude + """
            import datetime, json, pathlib

            instances = pathlib.Path.home() / '.manta/nodes/instances'
            instances.mkdir(parents=True, exist_ok=True)
            record = {
                'instance_id': 'prod-a3f2c891', 'alias': 'prod', 'config_name': 'prod',
                'pid': os.getpid(), 'start_time': datetime.datetime.now().isoformat(),
                'status': 'running', 'manager_host': 'localhost', 'manager_port': 50051,
                'log_file': sys.argv[-1],
            }
            (instances / 'prod-a3f2c891.json').write_text(json.dumps(record, indent=2))
            signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
            tell('root')
            ready()
            stay()

            """

    private static let supervisor =
        PythonProgram.prelude + """
            import datetime, json, pathlib, socket, subprocess

            instances = pathlib.Path.home() / '.manta/nodes/instances'
            instances.mkdir(parents=True, exist_ok=True)
            server = socket.socket(socket.AF_UNIX)
            server.bind(str(pathlib.Path.home() / '.manta/supervisor.sock'))
            server.listen()
            tell('root')
            words = ['-m', 'manta_node', 'start', 'prod', '--foreground', '--subprocess']
            node = subprocess.Popen(
                [sys.executable] + words + ['--log-file', '/dev/null'],
                start_new_session=True, stdout=subprocess.PIPE, text=True)
            said = node.stdout.readline().split()
            os.write(1, ('node %s\\n' % said[1]).encode())
            node.stdout.readline()
            record = {
                'alias': 'prod', 'supervisor_pid': os.getpid(), 'child_pid': node.pid,
                'state': 'running',
                'start_time': datetime.datetime.now(datetime.timezone.utc).isoformat(),
            }
            (instances / 'prod.supervisor.json').write_text(json.dumps(record))
            ready()
            stay()

            """
}
