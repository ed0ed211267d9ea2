import Glibc

/// A path that somebody typed, made absolute in two ways.
struct PathPlace {
    /// Without `.` and `..`, links left as they are.
    let absolute: ByteString
    /// Links in the directory resolved, the last component as it is.
    let resolved: ByteString

    init(_ typed: ByteString) {
        let slash = UInt8(ascii: "/")
        var bytes = typed.bytes
        if bytes.first != slash { bytes = WorkingDirectory.path.bytes + [slash] + bytes }
        var components: [ArraySlice<UInt8>] = []
        for component in bytes.split(separator: slash) {
            if component.elementsEqual([UInt8(ascii: ".")]) { continue }
            if component.elementsEqual("..".utf8) {
                _ = components.popLast()
            } else {
                components.append(component)
            }
        }
        absolute = ByteString([slash] + components.joined(separator: [slash]))
        // `link/..` is not where the link is.
        let hasDots = bytes.split(separator: slash).contains { $0.elementsEqual("..".utf8) }
        if hasDots, let whole = PathPlace.resolved(ByteString(bytes)) {
            resolved = whole
        } else if let (parent, name) = absolute.splitAtLastComponent,
            let directory = PathPlace.resolved(parent)
        {
            resolved = directory.appending(component: name)
        } else {
            resolved = absolute
        }
    }

    /// The path without any link; `nil` when it leads nowhere.
    static func resolved(_ path: ByteString) -> ByteString? {
        guard let name = try? path.cPath(for: "realpath"), let real = unsafe realpath(name, nil)
        else { return nil }
        defer { unsafe free(real) }
        return unsafe ByteString(UnsafeRawBufferPointer(start: real, count: strlen(real)))
    }
}

/// Where this process works.
public enum WorkingDirectory {
    /// Its absolute path; the root where it has none, as when it was removed.
    public static var path: ByteString {
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe ByteString(UnsafeRawBufferPointer(start: path, count: strlen(path)))
    }
}
