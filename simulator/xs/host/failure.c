/* Why a machine ended, in words: limits name the limit, exceptions bring their message and stack. */
#include "failure.h"

#include "guard.h"
#include "machine.h"

#define FRAMES 8
#define DESCRIBE_METER 100000 /* a thrown object's toString may loop as well */

static char framesText[1024];

void noteFrames(txMachine* the, int status) {
  txSlot* frame = the->frame;
  int count;
  framesText[0] = 0;
  if (status == XS_UNHANDLED_EXCEPTION_EXIT || status == XS_UNHANDLED_REJECTION_EXIT)
    return; /* the error has its own stack */
  for (count = 0; frame && frame->next && count < FRAMES; frame = frame->next) {
    char name[96] = "";
    size_t length = strlen(framesText);
    if (frame->flag & XS_C_FLAG || frame[3].kind != XS_REFERENCE_KIND)
      continue;
    fxBufferFrameName(the, name, sizeof name, frame, "");
    snprintf(framesText + length, sizeof framesText - length, "\n at %s ()", name);
    count++;
  }
}

static void describeException(Device* device, txMachine* the, const char* what) {
  size_t length = (size_t)snprintf(device->reasonText, REASON_TEXT, "%s: ", what);
  the->endStatus = 0;
  fxBeginMetering(the, meterExceeded, DESCRIBE_METER);
  if (guarded(the, exceptionText, device->reasonText + length))
    snprintf(device->reasonText + length, REASON_TEXT - length, "(cannot be shown: its own text throws or loops)");
}

void describeEnd(Device* device, txMachine* the) {
  char* text = device->reasonText;
  switch (the->endStatus) {
  case XS_UNHANDLED_EXCEPTION_EXIT:
    describeException(device, the, "uncaught exception");
    break;
  case XS_UNHANDLED_REJECTION_EXIT:
    describeException(device, the, "unhandled rejection");
    break;
  case XS_NOT_ENOUGH_MEMORY_EXIT:
    if (the->workMemoryFull)
      snprintf(text, REASON_TEXT, "out of memory: limit of %d bytes for the engine's own work%s", WORK_MEMORY_MAX,
               framesText);
    else if (!the->freeHeap)
      snprintf(text, REASON_TEXT, "out of memory: heap limit of %u slots%s", settings.limits.slots, framesText);
    else
      snprintf(text, REASON_TEXT, "out of memory: chunk limit of %u bytes%s", settings.limits.chunkBytes, framesText);
    break;
  case XS_STACK_OVERFLOW_EXIT:
    snprintf(text, REASON_TEXT, "stack overflow: limit of %u slots%s", settings.limits.stackSlots, framesText);
    break;
  case XS_TOO_MUCH_COMPUTATION_EXIT:
    snprintf(text, REASON_TEXT, "endless loop: more than %u meter units in one turn%s", settings.limits.meter, framesText);
    break;
  case XS_NO_MORE_KEYS_EXIT:
    snprintf(text, REASON_TEXT, "out of memory: no more property names%s", framesText);
    break;
  case END_POWER_FAILED:
    snprintf(text, REASON_TEXT, "power failed at flash operation %u", device->flashOps);
    break;
  default:
    snprintf(text, REASON_TEXT, "the engine ended the machine with status %d%s", the->endStatus, framesText);
  }
}
