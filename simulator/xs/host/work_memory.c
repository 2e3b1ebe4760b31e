/* A list of blocks for each device. */
#include "work_memory.h"

#include <stdlib.h>
#include <string.h>

#include "machine.h"

struct WorkBlock {
  WorkBlock* next;
  WorkBlock** link; /* what points to this block */
  WorkMemory* owner;
  size_t size;
};

static WorkMemory nobody;
static WorkMemory* current = &nobody;

void workMemoryOf(WorkMemory* owner) {
  current = owner ? owner : &nobody;
}

static void give(WorkBlock* block, WorkMemory* owner) {
  block->owner = owner;
  block->next = owner->first;
  block->link = &owner->first;
  if (block->next)
    block->next->link = &block->next;
  owner->first = block;
  owner->bytes += block->size;
}

static void take(WorkBlock* block) {
  *block->link = block->next;
  if (block->next)
    block->next->link = block->link;
  block->owner->bytes -= block->size;
}

void* workMalloc(size_t size) {
  WorkBlock* block;
  if (current->bytes + size > WORK_MEMORY_MAX && machineRuns())
    endByWorkMemory();
  block = malloc(sizeof *block + size);
  if (!block)
    return NULL;
  block->size = size;
  give(block, current);
  return block + 1;
}

void* workCalloc(size_t count, size_t size) {
  void* data = workMalloc(count * size);
  if (data)
    memset(data, 0, count * size);
  return data;
}

void* workRealloc(void* data, size_t size) {
  void* larger = workMalloc(size);
  if (larger && data) {
    WorkBlock* block = (WorkBlock*)data - 1;
    memcpy(larger, data, block->size < size ? block->size : size);
    workFree(data);
  }
  return larger;
}

void workFree(void* data) {
  WorkBlock* block = (WorkBlock*)data - 1;
  if (!data)
    return;
  take(block);
  free(block);
}

void workMemoryEnd(WorkMemory* owner) {
  while (owner->first)
    workFree(owner->first + 1);
}
