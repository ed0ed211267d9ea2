extension BaselineFile {
    /// Reads a baseline back.
    ///
    /// - Throws: The place of the first value that is missing or not what a baseline has there.
    public static func read(_ bytes: [UInt8]) throws(JSONError) -> Baseline {
        let value = try JSON5Reader.read(bytes, as: .json)
        guard value["schema"]?.string == schema else {
            throw JSONError(
                "expected a file that 'reaper snapshot' wrote, with schema \(schema)",
                at: value.position
            )
        }
        guard let host = value["host"], let boot = host["boot_id"]?.string,
            let namespace = host["pid_namespace"]
        else {
            throw JSONError(
                "expected 'host' with 'boot_id' and 'pid_namespace'",
                at: value.position
            )
        }
        var baseline = Baseline(bootID: boot, pidNamespace: try namespace.count("an inode"))
        baseline.netNamespace = try host["net_namespace"]?.count("an inode")
        baseline.timeNamespace = try host["time_namespace"]?.count("an inode")
        baseline.beginning = try value["taken_at_ticks"]?.count("clock ticks after boot")
        for process in try value.elements(of: "processes") {
            baseline.processes.insert(try process.elementIdentity())
        }
        for listener in try value.elements(of: "listeners") {
            baseline.listeners.insert(try self.listener(listener))
        }
        for file in try value.elements(of: "instance_files") {
            let (path, inode) = try self.file(file)
            baseline.files.updateValue(inode, forKey: path)
        }
        guard case .bool(let isComplete)? = value["complete"]?.kind else {
            throw JSONError("expected 'complete', true or false", at: value.position)
        }
        if let unseen = value["unseen"] { baseline.gaps = try gaps(unseen) }
        guard isComplete == baseline.gaps.isEmpty else {
            throw JSONError(
                isComplete
                    ? "'complete' is true, and 'unseen' says otherwise"
                    : "'complete' is false: expected 'unseen' with what was not seen",
                at: value.position
            )
        }
        return baseline
    }

    private static func listener(_ value: JSONValue) throws(JSONError) -> Baseline.Listener {
        guard let transport = value["protocol"]?.string.flatMap(TransportProtocol.init),
            let port = value["port"]?.integer.flatMap({ UInt16(exactly: $0) }), port > 0,
            let inode = value["inode"]
        else {
            throw JSONError(
                "expected a listener's 'protocol' (tcp or udp), 'port' and 'inode'",
                at: value.position
            )
        }
        return Baseline.Listener(
            inode: try inode.count("an inode"),
            transport: transport,
            port: port
        )
    }

    private static func file(
        _ value: JSONValue
    ) throws(JSONError) -> (ByteString, Baseline.Inode?) {
        guard let path = value["path"]?.string else {
            throw JSONError("expected a 'path' in each instance file", at: value.position)
        }
        // What is not UTF-8 stands beside it.
        var bytes = ByteString(path)
        if let raw = value["path_b64"] {
            guard let decoded = raw.string.flatMap({ ByteString(base64: $0) }) else {
                throw JSONError("expected a path in base64", at: raw.position)
            }
            bytes = decoded
        }
        guard let device = value["device"], let inode = value["inode"] else { return (bytes, nil) }
        let place = Baseline.Inode(
            device: try device.count("a device"),
            inode: try inode.count("an inode")
        )
        return (bytes, place)
    }

    private static func gaps(_ value: JSONValue) throws(JSONError) -> Baseline.Gaps {
        func texts(_ name: String) throws(JSONError) -> [String] {
            guard value[name] != nil else { return [] }
            var texts: [String] = []
            for element in try value.elements(of: name) {
                guard let text = element.string else {
                    throw JSONError("expected a sentence", at: element.position)
                }
                texts.append(text)
            }
            return texts
        }
        var gaps = Baseline.Gaps()
        gaps.processes = try texts("processes")
        gaps.listeners = try texts("listeners")
        gaps.files = try texts("instance_files")
        gaps.directories = try texts("directories").map { ByteString($0) }
        return gaps
    }
}

extension JSONValue {
    /// The elements of a member that must be there.
    fileprivate func elements(of name: String) throws(JSONError) -> [JSONValue] {
        guard let elements = self[name]?.array else {
            throw JSONError("expected an array '\(name)'", at: self[name]?.position ?? position)
        }
        return elements
    }

    /// A number from 0 up.
    fileprivate func count(_ kind: String) throws(JSONError) -> UInt64 {
        // Beyond 63 bits the reader has a floating-point number: no kernel hands those out.
        guard let number = integer.flatMap({ UInt64(exactly: $0) }) else {
            throw JSONError("expected \(kind), a number from 0 up", at: position)
        }
        return number
    }
}
