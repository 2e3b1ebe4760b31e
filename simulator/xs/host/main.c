/* The worker's loop: one frame in, what it causes out, in order. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "device.h"
#include "dormouse_crypto.h"
#include "frames.h"
#include "machine.h"

#define SENSOR_MAX 256

static void ok(uint32_t id) {
  beginFrame(FRAME_OK);
  putU32(id);
  endFrame();
}

static void refuse(uint32_t id, const char* code, const char* sentence) {
  beginFrame(FRAME_REFUSED);
  putU32(id);
  putU8((uint8_t)strlen(code));
  putBytes((const uint8_t*)code, strlen(code));
  putText(sentence);
  endFrame();
}

static void refuseDevice(uint32_t id, const char* code, const char* format) {
  char sentence[128];
  snprintf(sentence, sizeof sentence, format, id);
  refuse(id, code, sentence);
}

static void configure(void) {
  static int configured;
  char why[512];
  size_t length;
  const uint8_t* source;
  if (configured++)
    fatal("malformed frames: configured twice");
  settings.clock = getU8() ? CLOCK_METER : CLOCK_REAL;
  settings.meterMicros = getF64();
  settings.instructionMicros = getF64();
  settings.limits.slots = getU32();
  settings.limits.chunkBytes = getU32();
  settings.limits.stackSlots = getU32();
  settings.limits.meter = getU32();
  source = getRest(&length);
  if (!machinesStart((char*)source, length, why, sizeof why)) {
    refuse(0, "E_XS_BUNDLE", why);
    return;
  }
  beginFrame(FRAME_READY);
  putText(portEngine());
  endFrame();
}

static void create(void) {
  char path[4096], why[4608];
  uint32_t id = getU32(), flashSize = getU32();
  size_t pathLength = getU16();
  const uint8_t* pathBytes = getBytes(pathLength);
  double ppm = getF64();
  uint8_t slotted = getU8();
  uint8_t link = getU8();
  uint8_t seeded = getU8();
  const uint8_t* seed = seeded ? getBytes(32) : NULL;
  double counter = seeded ? getF64() : 0;
  Device* device;
  endBody();
  if (id > 0xFFFFFF || pathLength >= sizeof path || link > 3)
    fatal("malformed frame of type %d: device %u, path of %zu bytes", FRAME_CREATE, id, pathLength);
  memcpy(path, pathBytes, pathLength);
  path[pathLength] = 0;
  if (deviceFind(id))
    deviceRemove(id); /* its flash file stays */
  device = deviceCreate(id, path, flashSize, why, sizeof why);
  if (!device) {
    refuse(id, "E_XS_FLASH", why);
    return;
  }
  device->ppm = ppm;
  device->slotted = slotted;
  device->link = link;
  if (seeded) {
    device->seeded = 1;
    memcpy(device->seed, seed, 32);
    device->randomCounter = (uint64_t)counter;
  }
  if (!deviceAdd(device))
    fatal("no memory for device %u", id);
  ok(id);
}

static Device* readTurn(TurnKind kind, Turn* turn, uint32_t* id) {
  Device* device;
  *id = getU32();
  device = deviceFind(*id);
  turn->kind = kind;
  turn->now = getF64();
  turn->sentNs = (uint64_t)getF64();
  turn->cutAfter = getU32();
  turn->tear = getF64();
  return device;
}

static void done(Device* device) {
  const HeapUse* heap = &device->heap;
  uint32_t index;
  beginFrame(FRAME_DONE);
  putU32(device->id);
  putU8((uint8_t)device->state);
  putF64(device->state == STATE_ASLEEP ? device->until : NAN);
  putF64(device->alarm);
  putF64(device->endedAt);
  putF64(device->meter);
  putF64((double)device->wallNs);
  putU32(device->flashOps);
  putU32(device->flashBytes);
  putU32(device->flashErases);
  putF64((double)device->randomCounter);
  putF64(heap->slots);
  putF64(heap->slotsPeak);
  putF64(heap->chunks);
  putF64(heap->chunksPeak);
  putF64(heap->stackPeak);
  putU16((uint16_t)device->signCount);
  for (index = 0; index < device->signCount; index++)
    putF64((double)device->signNs[index]);
  putText(device->reasonText);
  endFrame();
}

/* A frame for a machine that is not there (it sleeps, or died since Node sent it) is no error: nothing happens. */
static void nothingHappens(Device* device, const Turn* turn) {
  device->endedAt = turn->now;
  device->meter = 0;
  device->wallNs = 0;
  device->flashOps = device->flashBytes = device->flashErases = 0;
  device->signCount = 0;
  device->reasonText[0] = 0;
  done(device);
}

static void turn(uint8_t type) {
  static double sensor[SENSOR_MAX];
  Turn next = {0};
  uint32_t id;
  Device* device = readTurn((TurnKind)(type - FRAME_WAKE), &next, &id);
  if (type == FRAME_WAKE) {
    uint16_t count;
    next.reason = getU8();
    next.battery = getU16();
    count = getU16();
    if (next.reason > 2 || (count > SENSOR_MAX && count != 0xFFFF))
      fatal("malformed frame of type %u: reason %u, %u sensor values", type, next.reason, count);
    if (count != 0xFFFF) {
      memcpy(sensor, getBytes(8u * count), 8u * count);
      next.sensor = sensor;
      next.sensorCount = count;
    }
    endBody();
  }
  else if (type == FRAME_DATAGRAM)
    next.bytes = getRest(&next.length);
  else
    endBody();
  if (!device) {
    refuseDevice(id, "E_XS_DEVICE", "device %u does not exist: create it first");
    return;
  }
  if (type == FRAME_WAKE && device->machine) {
    refuseDevice(id, "E_XS_AWAKE", "device %u is awake: cut its power first");
    return;
  }
  /* an alarm that was moved while its frame was on the way */
  if ((type != FRAME_WAKE && !device->machine) || (type == FRAME_ALARM && !(next.now >= device->alarm))) {
    nothingHappens(device, &next);
    return;
  }
  device->turn = next;
  if (type == FRAME_ALARM)
    device->alarm = NAN;
  machineTurn(device);
  done(device);
  if (type != FRAME_WAKE)
    flushFrames(); /* somebody waits for it, and machines that wake behind it take their time */
}

static void powerCut(int forGood) {
  uint32_t id = getU32();
  Device* device = deviceFind(id);
  endBody();
  if (!device)
    refuseDevice(id, "E_XS_DEVICE", "device %u does not exist: create it first");
  else {
    if (forGood)
      deviceRemove(id);
    else
      devicePowerCut(device);
    ok(id);
  }
}

/* What goes wrong with a board beside its power. */
static void disturb(void) {
  uint32_t id = getU32();
  uint8_t kind = getU8();
  uint32_t where = getU32();
  uint8_t mask = getU8();
  Device* device = deviceFind(id);
  endBody();
  if (kind > 1)
    fatal("malformed frame of type %d: disturbance %u", FRAME_DISTURB, kind);
  if (!device)
    refuseDevice(id, "E_XS_DEVICE", "device %u does not exist: create it first");
  else {
    if (kind == 0 && device->hasRetained && device->retainedLength)
      device->retained[where % device->retainedLength] ^= mask;
    if (kind == 1)
      deviceWear(device, where);
    ok(id);
  }
}

/* Each wake allocates and frees the same sizes: keep them, instead of a system call and fresh pages for each. */
static void keepMemory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

/* The crypto's blinding, which changes no result. */
static void seedBlinding(void) {
  uint8_t entropy[32];
  if (getentropy(entropy, sizeof entropy) == 0)
    dormouse_randomize(entropy);
}

int main(void) {
  uint8_t type;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN); /* Ctrl-C goes to the whole terminal; Node decides when we end */
  setenv("TZ", "UTC", 1);  /* a device knows no time zone */
  keepMemory();
  seedBlinding();
  while (nextFrame(&type)) {
    if (type != FRAME_CONFIGURE && !machinesReady())
      fatal("malformed frames: type %u before a bundle", type);
    switch (type) {
    case FRAME_CONFIGURE: configure(); break;
    case FRAME_CREATE: create(); break;
    case FRAME_WAKE:
    case FRAME_DATAGRAM:
    case FRAME_ALARM: turn(type); break;
    case FRAME_POWER_CUT: powerCut(0); break;
    case FRAME_REMOVE: powerCut(1); break;
    case FRAME_DISTURB: disturb(); break;
    default: fatal("malformed frame: there is no type %u", type);
    }
  }
  flushFrames();
  deviceRemoveAll();
  machinesEnd();
  return 0;
}
