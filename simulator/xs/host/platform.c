/* What XS calls: memory within the machine's limits, the end of a machine, clock and randomness of its device. */
#include "xsAll.h"

#include "failure.h"
#include "guard.h"
#include "machine.h"

/* The device whose turn runs: XS asks for time and random numbers without saying for whom. */
Device* currentDevice;

void fxCreateMachinePlatform(txMachine* the) {
  (void)the;
}

void fxDeleteMachinePlatform(txMachine* the) {
  (void)the;
}

/* Once for each machine: its heap does not grow (see createMachine). */
void* fxAllocateChunks(txMachine* the, txSize size) {
  (void)the;
  return malloc((size_t)size);
}

void fxFreeChunks(txMachine* the, void* chunks) {
  (void)the;
  free(chunks);
}

/* Twice: the stack, painted to see later how deep it got, and the heap. */
txSlot* fxAllocateSlots(txMachine* the, txSize count) {
  size_t bytes = (size_t)count * sizeof(txSlot);
  txSlot* slots = malloc(bytes);
  if (slots && !the->stackBottom)
    memset(slots, STACK_PAINT, bytes);
  return slots;
}

void fxFreeSlots(txMachine* the, void* slots) {
  (void)the;
  free(slots);
}

/* A device is one script: no modules. */
txID fxFindModule(txMachine* the, txSlot* realm, txID moduleID, txSlot* slot) {
  (void)the, (void)realm, (void)moduleID, (void)slot;
  return XS_NO_ID;
}

void fxLoadModule(txMachine* the, txSlot* module, txID moduleID) {
  (void)the, (void)module, (void)moduleID;
}

void fxQueuePromiseJobs(txMachine* the) {
  the->promiseJobs = 1;
}

/* Ends the machine, not the process: control returns to the turn's outermost guard. */
void fxAbort(txMachine* the, int status) {
  the->endStatus = status;
  noteFrames(the, status);
  fxExitToHost(the);
}

int deviceTimeOfDay(struct timeval* time, struct timezone* zone) {
  double now = currentDevice ? portNow(currentDevice) : 0;
  (void)zone;
  time->tv_sec = (time_t)(now / 1e6);
  time->tv_usec = (suseconds_t)(now - (double)time->tv_sec * 1e6);
  return 0;
}

int deviceRand(void) {
  uint32_t value = 0;
  if (currentDevice)
    portRandom(currentDevice, (uint8_t*)&value, sizeof value);
  return (int)(value & 0x7FFFFFFF);
}
