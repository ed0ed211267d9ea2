import ReaperKit

print(ReaperVersion.current)
