// The least that ending a tree takes, when each process has to be the right one and has to be gone.
//
//   killtree tree GRACE_MS PID    lists the tree, opens a pidfd for each process and makes sure that
//                                 it is still the same one, asks the deepest first (SIGTERM), kills
//                                 what is left after the grace (0: kills at once), and waits for each
//   killtree cgroup DIRECTORY     has the kernel kill a control group, and waits until it is empty
//
// Ends with 0 when all are gone, with 1 when not.
#define _GNU_SOURCE
#include "tree.h"
#include <poll.h>
#include <signal.h>
#include <time.h>

static long now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void send_to_all(int signal) {
  for (int i = member_count - 1; i >= 0; i--)
    if (members[i].descriptor >= 0) syscall(SYS_pidfd_send_signal, members[i].descriptor, signal, 0, 0);
}

// Whether all were gone before the time was over.
static int wait_for_all(long until) {
  int gone = 1;
  for (int i = member_count - 1; i >= 0; i--) {
    struct pollfd one = {members[i].descriptor, POLLIN, 0};
    long left = until - now_ms();
    if (one.fd >= 0 && poll(&one, 1, left > 0 ? left : 0) != 1) gone = 0;
  }
  return gone;
}

static int end_tree(int root, long grace) {
  raise_descriptor_limit();
  walk(root);
  for (int i = 0; i < member_count; i++) {
    int threads;
    if (members[i].descriptor >= 0 && start_of(members[i].pid, &threads) != members[i].start)
      members[i].descriptor = -1;
  }
  if (grace > 0) {
    send_to_all(SIGTERM);
    if (wait_for_all(now_ms() + grace)) return 0;
  }
  send_to_all(SIGKILL);
  return !wait_for_all(now_ms() + 10000);
}

static int end_group(const char *directory) {
  char path[4096], text[256];
  snprintf(path, sizeof path, "%s/cgroup.events", directory);
  struct pollfd events = {open(path, O_RDONLY | O_CLOEXEC), POLLPRI, 0};
  snprintf(path, sizeof path, "%s/cgroup.kill", directory);
  int order = open(path, O_WRONLY | O_CLOEXEC);
  if (events.fd < 0 || order < 0 || write(order, "1", 1) != 1) return perror(path), 1;
  for (;;) {
    long length = pread(events.fd, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = 0;
    if (strstr(text, "populated 0")) return 0;
    if (poll(&events, 1, 10000) != 1) return 1;
  }
}

int main(int count, char **words) {
  if (count == 4 && !strcmp(words[1], "tree")) return end_tree(atoi(words[3]), atol(words[2]));
  if (count == 3 && !strcmp(words[1], "cgroup")) return end_group(words[2]);
  return 2;
}
