#include "preload.h"

#include "board.h"
#include "memory_map.h"

#define PLACE_SIZE 0x00100000
#define ORDER ((const WorkOrder *)WORKSHOP_BASE)

/* What is sent ahead of the places: where each is and how much of it is used. */
static struct {
  uint32_t magic;
  struct {
    uintptr_t start, length;
  } places[PLACE_COUNT];
} sent;

/* A kind that no slot has. */
#define UNUSED 0x7f

static size_t taken[PLACE_COUNT];

void *preloadPlace(Place place, size_t size) {
  uint8_t *data = (uint8_t *)ORDER->place + place * PLACE_SIZE + taken[place];
  size = (size + 15) & ~(size_t)15;
  if (taken[place] + size > (place == PLACE_CODE ? PRELOAD_HEAP : PLACE_SIZE)) return NULL;
  taken[place] += size;
  return data;
}

static void *keep(const void *data, size_t size) {
  void *copy = preloadPlace(PLACE_TABLES, size);
  return copy ? memcpy(copy, data, size) : NULL;
}

/* Free slots are emptied; the length of what lies before the last used one, in bytes. */
static size_t trimSlots(txMachine *the) {
  txSlot *block = the->firstHeap, *slot = the->freeHeap, *end;
  while (slot) {
    txSlot *next = slot->next;
    memset(slot, 0, sizeof *slot);
    slot->kind = UNUSED;
    slot = next;
  }
  for (end = block->value.reference; end[-1].kind == UNUSED; end--) continue;
  for (slot = block + 1; slot < end; slot++)
    if (slot->kind == UNUSED) slot->kind = 0;
  block->value.reference = end;
  the->freeHeap = NULL;
  return (size_t)((uint8_t *)end - (uint8_t *)block);
}

/* The tables go where the template is, and nothing points back to where they were. */
static void keepTables(Preload *preload) {
  Template *template = &preload->template;
  txMachine *the = template->machine;
  txScript *bundle = template->bundle;
  the->keyArray = keep(the->keyArray, the->keyIndex * sizeof(txSlot *));
  the->nameTable = keep(the->nameTable, (size_t)the->nameModulo * sizeof(txSlot *));
  the->symbolTable = keep(the->symbolTable, (size_t)the->symbolModulo * sizeof(txSlot *));
  the->dtoa = NULL;
  the->aliasArray = NULL;
  bundle->path = NULL;
  template->bundle = keep(bundle, sizeof *bundle);
  template->machine = keep(the, sizeof *the);
}

static void send(const void *data, size_t length) {
  for (const uint8_t *byte = data; length > 0; length--) board_put((char)*byte++);
}

static void place(Place place, const void *start, size_t length) {
  sent.places[place].start = (uintptr_t)start;
  sent.places[place].length = length;
}

static _Noreturn void make(void) {
  char why[200];
  Preload *preload = preloadPlace(PLACE_TABLES, sizeof *preload);
  if (!templateBuild(&preload->template, BUNDLE_DEFINED, (char *)(ORDER + 1), ORDER->length, why, sizeof why)) {
    board_print(why);
    board_exit(1);
  }
  txMachine *the = preload->template.machine;
  preload->magic = PRELOAD_MAGIC;
  the->stackBottom = the->stack;
  the->firstBlock->limit = the->firstBlock->temporary = the->firstBlock->current;
  place(PLACE_CODE, preload->template.bundle->codeBuffer, (size_t)preload->template.bundle->codeSize);
  place(PLACE_SLOTS, the->firstHeap, trimSlots(the));
  place(PLACE_CHUNKS, the->firstBlock, (size_t)((uint8_t *)the->firstBlock->current - (uint8_t *)the->firstBlock));
  place(PLACE_STACK, the->stack, (size_t)((uint8_t *)the->stackTop - (uint8_t *)the->stack));
  keepTables(preload);
  place(PLACE_TABLES, preload, taken[PLACE_TABLES]);
  sent.magic = PRELOAD_MAGIC;
  send(&sent, sizeof sent);
  for (int i = 0; i < PLACE_COUNT; i++) send((const void *)sent.places[i].start, sent.places[i].length);
  board_exit(0);
}

/* The parser needs more stack than the board has. */
_Noreturn void preloadMake(void) {
  if (ORDER->magic != PRELOAD_MAGIC) {
    board_print("There is no preload in flash: this is the program alone.\n");
    board_exit(1);
  }
  __asm__ volatile("mv sp, %0\n\ttail %1" : : "r"(WORKSHOP_END - 16), "i"(make));
  __builtin_unreachable();
}
