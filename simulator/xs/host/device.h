/* One device of the worker: what outlives its machine (flash, retained memory, random counter) and the turn at hand. */
#ifndef DORMOUSE_DEVICE_H
#define DORMOUSE_DEVICE_H

#include "port.h"
#include "work_memory.h"

#define SIGN_TIMES 64
#define REASON_TEXT 4096

typedef enum { STATE_OFF, STATE_WAITING, STATE_ASLEEP, STATE_DIED, STATE_CUT } State;
typedef enum { TURN_WAKE, TURN_DATAGRAM, TURN_ALARM } TurnKind;

/* What the frame that starts a turn carries. */
typedef struct {
  TurnKind kind;
  double now;             /* device microseconds when the frame was sent */
  uint64_t sentNs;        /* the machine's monotonic clock at that instant */
  uint32_t cutAfter;      /* power fails at this flash operation, 0: never */
  double tear;            /* the part of that operation which still happens, 0 to 1 */
  uint8_t reason;         /* 0 power-on, 1 timer, 2 pin */
  uint16_t battery;       /* millivolts */
  const double* sensor;   /* NULL: none */
  size_t sensorCount;
  const uint8_t* bytes;   /* datagram */
  size_t length;
} Turn;

struct Port {
  uint32_t id;
  State state;
  void* machine; /* NULL while asleep or off */
  WorkMemory work;

  uint8_t* flash;
  size_t flashSize;
  uint8_t* worn; /* one byte a sector; NULL: none is */
  uint8_t* retained;
  size_t retainedLength;
  int hasRetained;
  double ppm;
  int slotted;
  uint8_t link;
  int seeded;
  uint8_t seed[32];
  uint64_t randomCounter;

  double alarm; /* NaN: none */
  int sleepAsked;
  double until;

  Turn turn;
  uint32_t flashOps;
  uint32_t flashBytes;  /* programmed */
  uint32_t flashErases; /* sectors */
  double spent;         /* instructions of native code in this turn */
  int powerFailed;
  uint64_t startNs;
  uint64_t wallNs;
  double endedAt; /* device microseconds at the turn's end */
  double meter;
  uint32_t signCount;
  uint64_t signNs[SIGN_TIMES];
  HeapUse heap;
  char reasonText[REASON_TEXT];
};
typedef struct Port Device;

/* NULL with a sentence in `why` where the flash file is unusable. */
Device* deviceCreate(uint32_t id, const char* flashPath, size_t flashSize, char* why, size_t whySize);
void deviceDelete(Device* device);
/* Ends the machine, forgets what only deep sleep keeps. */
void devicePowerCut(Device* device);

/* From now on some bits of the sector (of those there are, modulo) cannot be programmed any more. */
void deviceWear(Device* device, uint32_t sector);

/* The devices of this worker by id. */
Device* deviceFind(uint32_t id);
int deviceAdd(Device* device);
void deviceRemove(uint32_t id);
void deviceRemoveAll(void);

#endif
