// The least work the kernel allows for what a scan reads; no tool that asks the same can do less.
//
//   floor nop           starts and ends: what any program pays
//   floor stat          reads and parses /proc/PID/stat of every process
//   floor facts         stat, and cmdline, exe and cwd of every process that has them
//
// Everything is kept in memory as a scanner has to keep it; nothing is printed but, with -v, how
// many processes were seen.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct range { uint32_t start, length; };
struct process {
  int pid, parent, group, session;
  unsigned flags;
  uint64_t start_time;
  char state;
  struct range name, arguments, executable, directory;
};
struct entry { uint64_t inode; int64_t offset; unsigned short length; unsigned char type; char name[]; };

static int proc;
static char buffer[1 << 16];
static char *arena;
static size_t used, capacity;

static struct range keep(const char *bytes, long length) {
  if (length < 0) length = 0;
  if (used + length > capacity) arena = realloc(arena, capacity = (capacity + length) * 2);
  if (!arena) abort();
  memcpy(arena + used, bytes, length);
  used += length;
  return (struct range){used - length, length};
}

static const char *path(int pid, const char *file) {
  static char text[32];
  char digits[12];
  int count = 0, length = 0;
  do digits[count++] = '0' + pid % 10; while (pid /= 10);
  while (count) text[length++] = digits[--count];
  text[length++] = '/';
  strcpy(text + length, file);
  return text;
}

static long contents(int pid, const char *file) {
  int descriptor = openat(proc, path(pid, file), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  long count = read(descriptor, buffer, sizeof buffer);
  close(descriptor);
  return count;
}

static struct range target(int pid, const char *link) {
  return keep(buffer, readlinkat(proc, path(pid, link), buffer, 4096));
}

static uint64_t number(const char **text) {
  uint64_t value = 0;
  if (**text == '-') ++*text;
  while ((unsigned)(**text - '0') < 10) value = value * 10 + *(*text)++ - '0';
  ++*text;
  return value;
}

static int stat_of(int pid, struct process *p) {
  long count = contents(pid, "stat");
  if (count <= 0) return 0;
  const char *open = memchr(buffer, '(', count), *close = memrchr(buffer, ')', count);
  if (!open || !close) return 0;
  p->pid = pid;
  p->name = keep(open + 1, close - open - 1);
  p->state = close[2];
  const char *rest = close + 4;
  p->parent = number(&rest);
  p->group = number(&rest);
  p->session = number(&rest);
  number(&rest), number(&rest);
  p->flags = number(&rest);
  for (int field = 10; field < 22; field++) number(&rest);
  p->start_time = number(&rest);
  return 1;
}

static void facts_of(struct process *p) {
  if (p->flags & 0x200000 || p->state == 'Z') return;
  p->arguments = keep(buffer, contents(p->pid, "cmdline"));
  p->executable = target(p->pid, "exe");
  p->directory = target(p->pid, "cwd");
}

int main(int count, char **words) {
  if (count < 2) return 2;
  int wants_facts = !strcmp(words[1], "facts");
  if (!strcmp(words[1], "nop")) return 0;
  if (!wants_facts && strcmp(words[1], "stat")) return 2;

  proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int *pids = NULL, listed = 0, room = 0, seen = 0;
  for (long size; (size = syscall(SYS_getdents64, proc, buffer, sizeof buffer)) > 0;)
    for (long at = 0; at < size;) {
      struct entry *entry = (struct entry *)(buffer + at);
      at += entry->length;
      if ((unsigned)(entry->name[0] - '0') > 9) continue;
      if (listed == room) pids = realloc(pids, (room = room ? room * 2 : 1024) * sizeof *pids);
      pids[listed++] = atoi(entry->name);
    }
  struct process *processes = malloc((listed + 1) * sizeof *processes);
  for (int i = 0; i < listed; i++) {
    if (!stat_of(pids[i], &processes[seen])) continue;
    if (wants_facts) facts_of(&processes[seen]);
    seen++;
  }
  if (count > 2) printf("%d\n", seen);
  return 0;
}
