#include "machine.h"

#include "xsAll.h"

#include "board.h"
#include "calls.h"
#include "guard.h"
#include "heap.h"
#include "power.h"
#include "preload.h"
#include "serial.h"
#include "start.h"
#include "straps.h"

/* What 192 KiB leave beside stack and static data (docs/boards.md). */
#define CHUNK_BYTES (52 * 1024)
#define SLOTS 3584
#define STACK_SLOTS 640
#define OWN_KEYS 64
/* Of the C stack: what a native function may still need where the engine stops calling deeper. */
#define C_STACK_MARGIN 3072
/* Only the watchdog ends a turn: the meter just counts. */
#define METER_INTERVAL 0x40000000

static Port port;

static txMachine *create(void) {
  extern char __heap_end[];
  txCreation creation = {CHUNK_BYTES, 0, SLOTS, 0, STACK_SLOTS, OWN_KEYS, OWN_KEYS, NAME_MODULO, SYMBOL_MODULO, 0, 0, 0};
  txMachine *the = fxCloneMachine(&creation, __preload.template.machine, "device", &port);
  if (!the) powerCrash("there is no memory for a machine");
  the->stackLimit = __heap_end + C_STACK_MARGIN;
  fxBeginMetering(the, meterExceeded, METER_INTERVAL);
  return the;
}

typedef struct {
  void (*body)(txMachine *, void *);
  void *data;
} Turn;

static void runTurn(txMachine *the, void *data) {
  const Turn *turn = data;
  turn->body(the, turn->data);
  while (the->promiseJobs) {
    the->promiseJobs = 0;
    fxRunPromiseJobs(the);
  }
  fxCheckUnhandledRejections(the, 1);
}

static const char *const ends[] = {
  [XS_STACK_OVERFLOW_EXIT] = "stack overflow",
  [XS_NO_MORE_KEYS_EXIT] = "out of memory: no more property names",
};

static void describe(txMachine *the, int status) {
  char text[EXCEPTION_TEXT];
  if (status == XS_UNHANDLED_EXCEPTION_EXIT || status == XS_UNHANDLED_REJECTION_EXIT) {
    the->endStatus = 0;
    if (guarded(the, exceptionText, text) == 0) powerCrash(text);
  }
  if (status == XS_NOT_ENOUGH_MEMORY_EXIT) powerCrash(the->freeHeap ? "out of memory: chunks" : "out of memory: slots");
  if (status > 0 && status < (int)(sizeof ends / sizeof *ends) && ends[status]) powerCrash(ends[status]);
  powerCrash("the engine ended the machine");
}

static void turn(txMachine *the, void (*body)(txMachine *, void *), void *data) {
  Turn one = {body, data};
  powerFeed();
  int status = guarded(the, runTurn, &one);
  if (status) describe(the, status);
}

/*
 * One line with all that was used: bytes of slots, chunks, stack of the machine, C heap, C stack; units of the engine's
 * meter; instructions of native cryptography.
 */
static void reportUse(txMachine *the) {
  HeapUse use;
  char text[120];
  measureHeap(the, &use);
  snprintf(text, sizeof text, "%u %u %u %u %u %u %u", (unsigned)use.slotsPeak, (unsigned)use.chunksPeak,
           (unsigned)use.stackPeak, (unsigned)heapUsed(), (unsigned)board_stack_used(), (unsigned)the->meterIndex,
           (unsigned)powerSpentInAll());
  serialLine("use", text);
}

/* Waits for the first of frame and alarm. */
static void rest(void) {
  double patience = powerMicros() + WATCHDOG_WAIT_MICROS;
  double limit = isnan(port.alarm) ? patience : port.alarm;
  powerBeginWait();
  while (isinf(serialHeldUntil()) && powerMicros() < limit)
    powerWait(__straps.frozen && serialAwaits() ? INFINITY : limit);
  powerWaitExactly(fmin(serialHeldUntil(), limit));
  powerEndWait();
  if (isinf(serialHeldUntil()) && isnan(port.alarm)) powerCrash("watchdog: it waits for nothing");
}

static void await(txMachine *the) {
  Datagram datagram;
  rest();
  datagram.bytes = serialHeldUntil() <= powerMicros() ? serialFrame(&datagram.length) : NULL;
  if (datagram.bytes) {
    serialLine("frame", "");
    turn(the, callDatagram, &datagram);
  }
  else {
    port.alarm = NAN;
    turn(the, callAlarm, NULL);
  }
}

_Noreturn void machineRun(void) {
  txMachine *the;
  port.alarm = NAN;
  port.machine = the = create();
  serialLine("run", portEngine());
  turn(the, callStart, NULL);
  while (!port.sleeps) await(the);
  reportUse(the);
  serialLine("sleep", "");
  powerDeepSleep(port.until);
}
