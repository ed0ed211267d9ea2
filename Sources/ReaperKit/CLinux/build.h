#ifndef REAPER_CLINUX_BUILD_H
#define REAPER_CLINUX_BUILD_H

/* Which sources this binary is made of: `COMMIT DATE [modified]`. An object file that only `make` adds
   when linking defines it; a weak symbol that nobody defines has no address. So nothing is compiled
   anew for a commit, and a plain `swift build` claims nothing. */
extern const char reaper_build_commit[] __attribute__((weak));

static inline const char *clinux_build_commit(void) { return reaper_build_commit; }
#endif
