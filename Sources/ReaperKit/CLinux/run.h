#ifndef REAPER_CLINUX_RUN_H
#define REAPER_CLINUX_RUN_H

/* What running a command needs, in the manner of clinux.h. */
#include "clinux.h"
#include <features.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

extern char **environ; /* <unistd.h> has it for GNU only */
static inline char **clinux_environment(void) { return environ; }

/* Ignores the signal. 1 when it was ignored before, 0 when not. */
static inline int clinux_ignore(int signal_number) {
  return signal(signal_number, SIG_IGN) == SIG_IGN;
}
/* Sets the signal to its default action. */
static inline void clinux_use_default(int signal_number) { signal(signal_number, SIG_DFL); }

/* Lets the signal interrupt a call that waits, and do nothing else. */
static void clinux_do_nothing(int signal_number) { (void)signal_number; }
static inline void clinux_make_harmless(int signal_number) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = clinux_do_nothing; /* without SA_RESTART */
  sigaction(signal_number, &action, (struct sigaction *)0);
}

/* Takes in one child, of whatever kind, that has exited or stopped, without waiting. Its number,
   with the si_code and si_status of waitid(2); 0 when there is none now; -ECHILD when there is no
   child at all. */
static inline int clinux_wait_any(int *code, int *status) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  long r = syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WSTOPPED | WNOHANG | 0x40000000 /* __WALL */,
                   (void *)0);
  if (r < 0) return -errno;
  *code = info.si_code;
  *status = info.si_status;
  return info.si_pid;
}

/* 0 when there is a child, which is left as it is; -ECHILD when there is none. */
static inline int clinux_has_child(void) {
  siginfo_t info;
  long r = syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | 0x40000000 /* __WALL */,
                   (void *)0);
  return r < 0 ? -errno : 0;
}

/* Has the process that is to be started put its group in the foreground of the terminal before its
   program begins; with an older C library nothing, 0. */
#if __GLIBC_PREREQ(2, 35)
extern int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *actions, int fd);
static inline int clinux_take_foreground(posix_spawn_file_actions_t *actions, int fd) {
  return -posix_spawn_file_actions_addtcsetpgrp_np(actions, fd);
}
#else
static inline int clinux_take_foreground(posix_spawn_file_actions_t *actions, int fd) {
  (void)actions;
  (void)fd;
  return 0;
}
#endif

/* Bytes that nobody can guess; getrandom(2). */
static inline int clinux_random(void *buffer, size_t size) {
  return clinux_result(syscall(SYS_getrandom, buffer, size, 0u));
}
static inline int clinux_mkdir(const char *path, unsigned mode) {
  return clinux_result(mkdir(path, (mode_t)mode));
}
/* A new file below a directory, for writing. */
static inline int clinux_create(int directory, const char *name, unsigned mode) {
  return clinux_result(openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                              (mode_t)mode));
}
/* A new file in a directory, for writing, without a name; O_TMPFILE, only with _GNU_SOURCE. */
static inline int clinux_create_unnamed(int directory, unsigned mode) {
  const int flags = 020000000 | O_DIRECTORY;
  return clinux_result(openat(directory, ".", flags | O_WRONLY | O_CLOEXEC, (mode_t)mode));
}
/* Gives such a file a name below a directory, which nobody may have. */
static inline int clinux_name(int fd, int directory, const char *name) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return clinux_result(linkat(AT_FDCWD, path, directory, name, AT_SYMLINK_FOLLOW));
}
#endif
