#ifndef REAPER_CLINUX_ADOPTER_H
#define REAPER_CLINUX_ADOPTER_H

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Who adopts a process that loses its parent here: the nearest subreaper above the caller, or PID 1.
   Nothing in /proc tells (PR_GET_CHILD_SUBREAPER answers only about oneself), so a child leaves a
   child of its own behind, which asks for its parent once that one has been waited for. The caller
   has one thread, and both children only make system calls. */
static inline int clinux_adopter(void) {
  int ask[2], answer[2];
  if (syscall(SYS_pipe2, ask, O_CLOEXEC) < 0) return -errno;
  if (syscall(SYS_pipe2, answer, O_CLOEXEC) < 0) {
    int code = errno;
    close(ask[0]);
    close(ask[1]);
    return -code;
  }
  pid_t child = fork();
  if (child == 0) {
    close(ask[1]);
    if (fork() == 0) {
      char byte;
      pid_t adopter;
      if (read(ask[0], &byte, 1) == 1 && (adopter = getppid()) > 0 &&
          write(answer[1], &adopter, sizeof adopter) < 0)
        _exit(1);
      _exit(0);
    }
    _exit(0);
  }
  int code = child < 0 ? errno : 0;
  close(ask[0]);
  close(answer[1]);
  while (child > 0 && waitpid(child, 0, 0) < 0 && errno == EINTR) {
  }
  pid_t adopter = 0;
  if (child > 0 && write(ask[1], "", 1) == 1 &&
      read(answer[0], &adopter, sizeof adopter) != sizeof adopter)
    adopter = 0;
  close(ask[1]);
  close(answer[0]);
  if (child < 0) return -code;
  return adopter > 0 ? adopter : -ECHILD;
}

#endif
