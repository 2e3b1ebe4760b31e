/* What XS calls: memory, the end of a machine, clock and randomness of the board. */
#include "xsAll.h"

#include "board.h"
#include "entropy.h"
#include "machine.h"
#include "memory_map.h"
#include "port.h"
#include "power.h"
#include "preload.h"

void fxCreateMachinePlatform(txMachine *the) {
  (void)the;
}

void fxDeleteMachinePlatform(txMachine *the) {
  (void)the;
}

static int making(void) {
  return __preload.magic != PRELOAD_MAGIC;
}

void *fxAllocateChunks(txMachine *the, txSize size) {
  (void)the;
  return making() ? preloadPlace(PLACE_CHUNKS, (size_t)size) : malloc((size_t)size);
}

void fxFreeChunks(txMachine *the, void *chunks) {
  (void)the, (void)chunks;
}

/* First the stack, painted to see later how deep it got, then the heap. */
txSlot *fxAllocateSlots(txMachine *the, txSize count) {
  size_t bytes = (size_t)count * sizeof(txSlot);
  if (making()) return preloadPlace(the->stackBottom ? PLACE_SLOTS : PLACE_STACK, bytes);
  txSlot *slots = malloc(bytes);
  if (slots && !the->stackBottom) memset(slots, 0xa5, bytes);
  return slots;
}

void fxFreeSlots(txMachine *the, void *slots) {
  (void)the, (void)slots;
}

/* A device is one script: no modules. */
txID fxFindModule(txMachine *the, txSlot *realm, txID moduleID, txSlot *slot) {
  (void)the, (void)realm, (void)moduleID, (void)slot;
  return XS_NO_ID;
}

void fxLoadModule(txMachine *the, txSlot *module, txID moduleID) {
  (void)the, (void)module, (void)moduleID;
}

void fxQueuePromiseJobs(txMachine *the) {
  the->promiseJobs = 1;
}

void fxAbort(txMachine *the, int status) {
  the->endStatus = status;
  fxExitToHost(the);
}

int deviceTimeOfDay(struct timeval *time, struct timezone *zone) {
  double now = powerMicros();
  (void)zone;
  time->tv_sec = (time_t)(now / 1e6);
  time->tv_usec = (suseconds_t)(now - (double)time->tv_sec * 1e6);
  return 0;
}

int deviceRand(void) {
  uint32_t value = 0;
  entropyFill((uint8_t *)&value, sizeof value);
  return (int)(value & 0x7fffffff);
}

/* The engine's own work memory; a reset gives back what a machine leaves. */
void *workMalloc(size_t size) {
  return malloc(size);
}

void *workCalloc(size_t count, size_t size) {
  return calloc(count, size);
}

void *workRealloc(void *data, size_t size) {
  return realloc(data, size);
}

void workFree(void *data) {
  free(data);
}

/* What the engine reports about itself. */
static int put(char c, FILE *file) {
  (void)file;
  board_put(c);
  return c;
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdout = &console;
FILE *const stderr = &console;

/* For the C library's malloc. */
static char *heapEnd;

void *sbrk(ptrdiff_t increment) {
  extern char __heap_start[], __heap_end[];
  char *old = heapEnd;
  if (!old) old = making() ? preloadPlace(PLACE_CODE, PRELOAD_HEAP) : __heap_start;
  if (!making() && increment > __heap_end - old) return (void *)-1;
  heapEnd = old + increment;
  return old;
}

size_t heapUsed(void) {
  extern char __heap_start[];
  return heapEnd ? (size_t)(heapEnd - __heap_start) : 0;
}
