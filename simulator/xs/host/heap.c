/* What a machine uses of its memory. */
#include "heap.h"

#include "guard.h"

#define STACK_GAP 64 /* slots */

static int isPainted(const txSlot* slot) {
  const uint8_t* byte = (const uint8_t*)slot;
  size_t index;
  for (index = 0; index < sizeof(txSlot); index++) {
    if (byte[index] != STACK_PAINT)
      return 0;
  }
  return 1;
}

/* From the top down to the first large gap: number formatting and regular expressions borrow the bottom as scratch. */
static size_t stackUsed(txMachine* the) {
  const txSlot* slot = the->stackTop;
  const txSlot* deepest = slot;
  while (slot > the->stackBottom && deepest - slot < STACK_GAP) {
    slot--;
    if (!isPainted(slot))
      deepest = slot;
  }
  return (size_t)(the->stackTop - deepest) * sizeof(txSlot);
}

void measureHeap(txMachine* the, HeapUse* use) {
  use->slots = (double)the->currentHeapCount * sizeof(txSlot);
  use->slotsPeak = (double)the->peakHeapCount * sizeof(txSlot);
  use->chunks = the->currentChunksSize;
  use->chunksPeak = the->peakChunksSize;
  use->stack = (double)(the->stackTop - the->stack) * sizeof(txSlot);
  use->stackPeak = (double)stackUsed(the);
}
