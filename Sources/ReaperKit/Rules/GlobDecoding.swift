/// What a glob in a rule file is for, and so what it must say.
enum GlobUse {
    /// To be held against facts.
    case match
    /// To find files: it must say where to begin.
    case find
    /// To be the directory that others lie in.
    case contain

    /// What is wrong with a glob that is correct in itself; `nil` when nothing is.
    func objection(to glob: Glob) -> String? {
        let bytes = glob.pattern.bytes
        let isFloating = bytes.first == UInt8(ascii: "*") && !bytes.starts(with: Array("**/".utf8))
        if self == .contain {
            let isUsable = glob.literal?.bytes.first == UInt8(ascii: "/") && glob.literal != "/"
            return isUsable
                ? nil : "expected an absolute directory other than '/' and without wildcards"
        }
        if glob.subject == .path, isFloating || !glob.couldMatch(below: "/") {
            return "expected an absolute path: '/', '~/' or '**/' at its start"
        }
        if glob.isUnconstrained { return "expected a name in it, as it matches everything" }
        let start = glob.literalPrefix
        if self == .find, glob.literal == nil, start.isEmpty || start == "/" {
            return "expected a directory before its first wildcard"
        }
        return nil
    }
}

extension FieldDecoder {
    /// Expands and compiles a glob.
    ///
    /// What the environment makes unusable matches nothing, with a warning: a correct file must
    /// not stop every command. A wrong file is an error in every environment.
    mutating func glob(
        _ text: PlacedText,
        as subject: Glob.Subject,
        to use: GlobUse = .match
    ) throws(JSONError) -> Glob {
        let template = ByteString(text.text)
        let expansion = try text.parse { _ throws(ValueError) in
            try Expansion(of: template, as: subject, environment: environment)
        }
        let reason: String
        switch expansion {
        case .unset(let variable):
            reason = "'\(variable)' is not set"
        case .pattern(let pattern, usesEnvironment: false):
            return try compile(pattern, text, as: subject, to: use)
        case .pattern(let pattern, usesEnvironment: true):
            do throws(JSONError) {
                return try compile(pattern, text, as: subject, to: use)
            } catch {
                reason = error.message
            }
        }
        let ordinary = try text.parse { _ throws(ValueError) in
            try Expansion(of: template, as: subject, lookUp: { _ in "/x" })
        }
        if case .pattern(let pattern, _) = ordinary {
            _ = try compile(pattern, text, as: subject, to: use)
        }
        try warn("'\(text.text.escapedForTerminal)' matches nothing: \(reason)", at: text.position)
        return Glob.matchingNothing(template, as: subject)
    }

    private func compile(
        _ pattern: ByteString,
        _ text: PlacedText,
        as subject: Glob.Subject,
        to use: GlobUse
    ) throws(JSONError) -> Glob {
        let glob = try text.parse { _ throws(ValueError) in try Glob(parsing: pattern, as: subject)
        }
        guard let objection = use.objection(to: glob) else { return glob }
        throw JSONError("'\(pattern.text.escapedForTerminal)': \(objection)", at: text.position)
    }
}
