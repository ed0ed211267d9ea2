// A process tree as the kernel lists it: /proc/PID/task/*/children, level by level.
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// The start time and the number name a process; the number alone can be another's by now.
struct member { int pid, threads, descriptor; uint64_t start; };
static struct member *members;
static int member_count;

// What /proc/PID/NAME says: its length, or -1. A short file comes with one read.
static long proc_text(int pid, const char *name, char *text, long size, int is_short) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  long length = 0, got;
  while (length < size - 1 && (got = read(descriptor, text + length, size - 1 - length)) > 0)
    if (length += got, is_short) break;
  close(descriptor);
  text[length] = 0;
  return length;
}

// 0 when there is no such process.
static uint64_t start_of(int pid, int *threads) {
  char text[1024];
  if (proc_text(pid, "stat", text, sizeof text, 1) <= 0) return 0;
  char *rest = strrchr(text, ')');
  if (!rest) return 0;
  int field = 2;
  for (; field < 20; field++) rest = strchr(rest + 1, ' ');
  *threads = atoi(rest);
  for (; field < 22; field++) rest = strchr(rest + 1, ' ');
  return strtoull(rest, NULL, 10);
}

static void add(int pid) {
  static int room;
  if (member_count == room)
    members = realloc(members, (room = room ? room * 2 : 256) * sizeof *members);
  if (!members) abort();
  struct member *new = &members[member_count];
  new->pid = pid, new->descriptor = -1;
  if ((new->start = start_of(pid, &new->threads))) member_count++;
}

static void add_children(int pid, int thread) {
  static char text[1 << 17];
  char name[48], *rest = text;
  snprintf(name, sizeof name, "task/%d/children", thread);
  if (proc_text(pid, name, text, sizeof text, 0) <= 0) return;
  for (int child; (child = strtol(rest, &rest, 10)) > 0;) add(child);
}

// Parents before their children; a pidfd for each.
static void walk(int root) {
  add(root);
  for (int i = 0; i < member_count; i++) {
    int pid = members[i].pid;
    if (members[i].threads < 2) {
      add_children(pid, pid);
      continue;
    }
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks && (entry = readdir(tasks));)
      if (entry->d_name[0] != '.') add_children(pid, atoi(entry->d_name));
    if (tasks) closedir(tasks);
  }
  for (int i = 0; i < member_count; i++)
    members[i].descriptor = syscall(SYS_pidfd_open, members[i].pid, 0);
}

// A descriptor for each process may be more than the usual 1024; returns what was allowed before.
static struct rlimit raise_descriptor_limit(void) {
  struct rlimit before, raised;
  getrlimit(RLIMIT_NOFILE, &before);
  raised = before, raised.rlim_cur = raised.rlim_max;
  setrlimit(RLIMIT_NOFILE, &raised);
  return before;
}
