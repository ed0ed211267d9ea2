import Glibc
import ReaperKit

exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst())).rawValue)
