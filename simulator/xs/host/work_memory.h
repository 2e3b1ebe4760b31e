/*
 * XS's own work memory (its tables, states of a regular expression, buffers of JSON), which it takes from the C heap
 * and would leak where a machine is ended in the middle of such work. Each block belongs to the device whose turn runs.
 */
#ifndef DORMOUSE_WORK_MEMORY_H
#define DORMOUSE_WORK_MEMORY_H

#include <stddef.h>

#define WORK_MEMORY_MAX (256 * 1024)

typedef struct WorkBlock WorkBlock;

typedef struct {
  WorkBlock* first;
  size_t bytes;
} WorkMemory;

/* What XS calls in place of malloc and its kin. Beyond WORK_MEMORY_MAX the running machine ends. */
void* workMalloc(size_t size);
void* workCalloc(size_t count, size_t size);
void* workRealloc(void* data, size_t size);
void workFree(void* data);

/* From here on new blocks belong to `owner`; NULL: to nobody. */
void workMemoryOf(WorkMemory* owner);
/* Frees what a deleted machine left. */
void workMemoryEnd(WorkMemory* owner);

#endif
