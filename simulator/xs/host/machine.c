/* The life of a machine: cloned from the template at wake, run turn by turn, deleted at sleep or death. */
#include "machine.h"

#include "compile.h"
#include "failure.h"
#include "guard.h"

extern Device* currentDevice;

#define NAME_MODULO 509 /* of both hash tables; a clone copies them */
#define SYMBOL_MODULO 127
#define C_STACK_SIZE (4 * 1024 * 1024)

Settings settings;

static txMachine* template;
static txScript* bundle;
static char* cStackLimit;

int guarded(txMachine* the, void (*body)(txMachine*, void*), void* data) {
  txJump jump;
  jump.nextJump = NULL;
  jump.stack = the->stack;
  jump.scope = the->scope;
  jump.frame = the->frame;
  jump.environment = NULL;
  jump.code = the->code;
  jump.flag = 0;
  the->firstJump = &jump;
  if (c_setjmp(jump.buffer) == 0) {
    fxBeginHost(the);
    body(the, data);
    fxEndHost(the);
  }
  else if (the->endStatus == 0)
    the->endStatus = XS_UNHANDLED_EXCEPTION_EXIT;
  the->stack = jump.stack;
  the->scope = jump.scope;
  the->frame = jump.frame;
  the->code = jump.code;
  the->firstJump = NULL;
  return the->endStatus;
}

txBoolean meterExceeded(txMachine* the, txU4 index) {
  (void)the, (void)index;
  return 0;
}

typedef struct {
  char* source;
  size_t length;
  char* why;
  size_t whySize;
} Source;

/* A clone that could write to the template's global object would share its table of properties. */
static void freezeGlobal(txMachine* the) {
  txSlot* instance = mxGlobal.value.reference;
  txSlot* property;
  instance->flag |= XS_DONT_PATCH_FLAG;
  for (property = instance->next; property; property = property->next)
    property->flag |= property->kind == XS_ACCESSOR_KIND ? XS_DONT_DELETE_FLAG : XS_DONT_DELETE_FLAG | XS_DONT_SET_FLAG;
}

static void buildTemplate(txMachine* the, void* data) {
  Source* source = data;
  installHost(the);
  /* its memory would lie outside the limits, and no second thread would ever share it */
  mxPush(mxGlobal);
  fxDeleteID(the, fxID(the, "SharedArrayBuffer"));
  mxPop();
  bundle = compileBundle(the, source->source, (txSize)source->length, source->why, source->whySize);
  freezeGlobal(the);
}

/*
 * Clones copy slots of the template. Where such a slot owns a chunk, a clone's collector would take the chunk for its
 * own and move it; kinds that end in X say that it is somebody else's, as if it were in flash.
 */
static void keepChunks(txMachine* the) {
  txSlot* block;
  for (block = the->firstHeap; block; block = block->next) {
    txSlot* slot;
    for (slot = block + 1; slot < block->value.reference; slot++) {
      switch (slot->kind) {
      case XS_STRING_KIND: slot->kind = XS_STRING_X_KIND; break;
      case XS_BIGINT_KIND: slot->kind = XS_BIGINT_X_KIND; break;
      case XS_KEY_KIND: slot->kind = XS_KEY_X_KIND; break;
      case XS_CODE_KIND: slot->kind = XS_CODE_X_KIND; break;
      default: break;
      }
    }
  }
}

int machinesStart(char* text, size_t length, char* why, size_t whySize) {
  txCreation creation = {256 * 1024, 16 * 1024, 16 * 1024, 1024, 4096, 2048, 512, NAME_MODULO, SYMBOL_MODULO, 0, 0, 0};
  Source source = {text, length, why, whySize};
  char here;
  cStackLimit = (char*)((uintptr_t)&here - C_STACK_SIZE);
  template = fxCreateMachine(&creation, "template", NULL, XS_NO_ID);
  if (!template) {
    snprintf(why, whySize, "the worker has no memory for a machine");
    return 0;
  }
  snprintf(why, whySize, "the template machine ended");
  if (guarded(template, buildTemplate, &source) || !bundle)
    return 0;
  fxShareMachine(template);
  keepChunks(template);
  return 1;
}

int machinesReady(void) {
  return bundle != NULL;
}

const char* portEngine(void) {
  static char text[32];
  snprintf(text, sizeof text, "xs %d.%d.%d", XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION);
  return text;
}

void machinesEnd(void) {
  if (bundle)
    freeBundle(bundle);
  if (template)
    fxDeleteMachine(template);
  bundle = NULL;
  template = NULL;
}

/*
 * Heap and chunks have the size of their limits from the beginning and never grow, as on a board: growing step by step
 * would collect garbage at every step.
 */
static txMachine* createMachine(Device* device) {
  const Limits* limits = &settings.limits;
  txCreation creation = {0, 0, 0, 0, 0, 64, 64, NAME_MODULO, SYMBOL_MODULO, 0, 0, 0};
  txMachine* the;
  creation.initialChunkSize = (txSize)limits->chunkBytes;
  creation.initialHeapCount = (txSize)limits->slots;
  creation.stackCount = (txSize)limits->stackSlots;
  the = fxCloneMachine(&creation, template, "device", device);
  if (the)
    the->stackLimit = cStackLimit;
  return the;
}

static void runBundle(txMachine* the) {
  txSlot* realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
  fxRunScript(the, bundle, mxRealmGlobal(realm), NULL, mxRealmClosures(realm)->value.reference, NULL,
              mxProgram.value.reference);
  mxPop();
}

static void runTurn(txMachine* the, void* data) {
  Device* device = data;
  Datagram datagram = {device->turn.bytes, device->turn.length};
  if (device->turn.kind == TURN_WAKE)
    runBundle(the);
  else if (device->turn.kind == TURN_DATAGRAM)
    callDatagram(the, &datagram);
  else
    callAlarm(the, NULL);
  while (the->promiseJobs) {
    the->promiseJobs = 0;
    fxRunPromiseJobs(the);
  }
  fxCheckUnhandledRejections(the, 1);
}

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

static void measureHeap(txMachine* the, HeapUse* use) {
  use->slots = (double)the->currentHeapCount * sizeof(txSlot);
  use->slotsPeak = (double)the->peakHeapCount * sizeof(txSlot);
  use->chunks = the->currentChunksSize;
  use->chunksPeak = the->peakChunksSize;
  use->stack = (double)(the->stackTop - the->stack) * sizeof(txSlot);
  use->stackPeak = (double)stackUsed(the);
}

void portHeap(Port* port, HeapUse* use) {
  measureHeap(port->machine, use);
}

double portMeter(Port* port) {
  txMachine* the = port->machine;
  return the ? the->meterIndex : 0;
}

static void endTurn(Device* device, txMachine* the) {
  device->meter = the->meterIndex;
  device->endedAt = portNow(device);
  measureHeap(the, &device->heap);
  if (the->endStatus) {
    describeEnd(device, the);
    device->hasRetained = 0; /* only deep sleep keeps it, a crash or a power cut does not */
    device->state = device->powerFailed ? STATE_CUT : STATE_DIED;
    device->alarm = NAN;
  }
  else if (device->sleepAsked) {
    device->state = STATE_ASLEEP;
    device->alarm = NAN;
  }
  else
    device->state = STATE_WAITING;
  if (device->state != STATE_WAITING)
    machineEnd(device);
}

void machineTurn(Device* device) {
  txMachine* the;
  device->startNs = portClockNs();
  device->flashOps = 0;
  device->powerFailed = 0;
  device->sleepAsked = 0;
  device->signCount = 0;
  device->meter = 0;
  device->reasonText[0] = 0;
  currentDevice = device;
  workMemoryOf(&device->work);
  if (device->turn.kind == TURN_WAKE)
    device->machine = createMachine(device);
  the = device->machine;
  if (the) {
    fxBeginMetering(the, meterExceeded, settings.limits.meter);
    guarded(the, runTurn, device);
    endTurn(device, the);
  }
  else {
    snprintf(device->reasonText, REASON_TEXT, "the limits are too small for any machine");
    device->state = STATE_DIED;
    device->endedAt = device->turn.now;
  }
  currentDevice = NULL;
  workMemoryOf(NULL);
  device->wallNs = portClockNs() - device->startNs;
}

void machineEnd(Device* device) {
  if (device->machine)
    fxDeleteMachine(device->machine);
  device->machine = NULL;
  workMemoryEnd(&device->work);
}

void endByPowerFailure(Device* port) {
  port->powerFailed = 1;
  fxAbort(port->machine, END_POWER_FAILED);
  __builtin_unreachable(); /* XS does not declare that fxAbort never returns */
}

int machineRuns(void) {
  return currentDevice && currentDevice->machine;
}

void endByWorkMemory(void) {
  txMachine* the = currentDevice->machine;
  the->workMemoryFull = 1;
  fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
  __builtin_unreachable();
}
