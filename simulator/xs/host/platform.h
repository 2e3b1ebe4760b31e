/* What XS asks of a platform: compiler, C library, and the fields each machine carries for its host. */
#ifndef DORMOUSE_PLATFORM_H
#define DORMOUSE_PLATFORM_H

/* Debian's and Apple's compilers hide POSIX functions behind these. */
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>

/* XS's own mxLinux and mxMacOSX stay 0: they would bring /proc look-ups for each machine, and threads. */
#undef mxLittleEndian
#define mxLittleEndian 1

#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#define mxMachinePlatform \
  void* host; \
  int endStatus; /* why fxAbort ended the machine, 0 while it lives */ \
  int promiseJobs; /* set where promise jobs wait */ \
  int workMemoryFull; /* where memory ended it: the engine's own, not the script's */ \
  void* waiterCondition; \
  void* waiterData; \
  void* waiterLink;

#define mxUseDefaultBuildKeys 1
#define mxUseDefaultSharedChunks 1

/* Strings as JavaScript has them: unpaired surrogates and U+0000 included. */
#define mxCESU8 1

/* On macOS setjmp saves the signal mask by a system call; every try of JavaScript would pay it. */
#define c_setjmp _setjmp
#define c_longjmp _longjmp

/* See work_memory.h. */
#include "work_memory.h"
#define c_malloc workMalloc
#define c_calloc workCalloc
#define c_realloc workRealloc
#define c_free workFree
#define c_malloc_uint32 workMalloc
#define c_free_uint32 workFree

/* A device has no other clock than its oscillator and no other randomness than its own. */
struct timezone;
extern int deviceTimeOfDay(struct timeval* time, struct timezone* zone);
#define c_gettimeofday deviceTimeOfDay
typedef struct timeval c_timeval;
#define c_timezone timezone
extern int deviceRand(void);
#define c_rand deviceRand
#define C_RAND_MAX 0x7FFFFFFF

#endif
