/* The life of a machine: cloned from the template at wake, run turn by turn, deleted at sleep or death. */
#include "machine.h"

#include <sys/mman.h>

#include "failure.h"
#include "guard.h"
#include "heap.h"
#include "start.h"
#include "template.h"

extern Device* currentDevice;

#define C_STACK_SIZE (4 * 1024 * 1024)

Settings settings;

/* The first words of a bundle that is run once, in the template; each wake then calls its global function `start`. */
#define PRELOAD_DIRECTIVE "\"use preload\""

static Template template;
static BundleState bundleState;
static char* cStackLimit;

int machinesStart(char* text, size_t length, char* why, size_t whySize) {
  char here;
  cStackLimit = (char*)((uintptr_t)&here - C_STACK_SIZE);
  size_t words = strlen(PRELOAD_DIRECTIVE);
  bundleState = length >= words && memcmp(text, PRELOAD_DIRECTIVE, words) == 0 ? BUNDLE_DEFINED : BUNDLE_CODE;
  return templateBuild(&template, bundleState, text, length, why, whySize);
}

int machinesReady(void) {
  return template.bundle != NULL;
}

const char* portEngine(void) {
  static char text[32];
  snprintf(text, sizeof text, "xs %d.%d.%d", XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION);
  return text;
}

void machinesEnd(void) {
  templateFree(&template);
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
  the = fxCloneMachine(&creation, template.machine, "device", device);
  if (the)
    the->stackLimit = cStackLimit;
  return the;
}

static void runTurn(txMachine* the, void* data) {
  Device* device = data;
  Datagram datagram = {device->turn.bytes, device->turn.length};
  if (device->turn.kind == TURN_WAKE && bundleState == BUNDLE_DEFINED)
    callStart(the, NULL);
  else if (device->turn.kind == TURN_WAKE)
    templateRun(&template, the);
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
  device->flashOps = device->flashBytes = device->flashErases = 0;
  device->spent = 0;
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
  /* What its flash holds stays in the file: thousands that sleep need no pages of it here. */
  madvise(device->flash, device->flashSize, MADV_DONTNEED);
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
