extension Glob {
    /// The same pattern below the real directory, where its own leads over symbolic links.
    ///
    /// The kernel shows real paths: with `TMPDIR=/tmp/link`, what runs from `/tmp/link/cache` is
    /// `/tmp/real/cache/...` in `/proc/PID/exe`. The last component is a file's name and stays as it
    /// is: of a link such as `/usr/bin/vi` the target may be every program at once.
    ///
    /// - Parameter resolve: Where a directory really is; `nil` when that is not known.
    /// - Returns: `nil` where there is nothing to resolve.
    func resolved(_ resolve: (ByteString) -> ByteString?) -> Glob? {
        let directory = literalPrefix
        guard subject == .path, !directory.isEmpty, directory != "/",
            let real = resolve(directory), real != directory,
            let rest = rest(after: directory)
        else { return nil }
        let start = real == "/" ? ByteString("") : real.escapedForGlob
        return try? Glob(parsing: ByteString(start.bytes + rest), as: .path)
    }

    /// What follows the literal `directory` that the pattern begins with.
    private func rest(after directory: ByteString) -> ArraySlice<UInt8>? {
        var rest = pattern.bytes[...]
        for byte in directory.bytes {
            if rest.first == UInt8(ascii: "\\") { rest.removeFirst() }
            guard rest.popFirst() == byte else { return nil }
        }
        return rest
    }
}
