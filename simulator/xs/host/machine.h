/* XS machines: one template with the intrinsics, `host` and the bundle's names; one clone of it for each wake. */
#ifndef DORMOUSE_MACHINE_H
#define DORMOUSE_MACHINE_H

#include "device.h"

typedef struct {
  uint32_t slots;      /* of a machine's heap; 32 bytes each on 64-bit hosts, 16 on 32-bit boards */
  uint32_t chunkBytes; /* strings, buffers, arrays */
  uint32_t stackSlots;
  uint32_t meter;      /* of one turn */
} Limits;

typedef enum { CLOCK_REAL = 0, CLOCK_METER = 1 } ClockMode;

typedef struct {
  Limits limits;
  ClockMode clock;
  double meterMicros; /* simulated microseconds of one meter unit */
  double instructionMicros; /* and of one instruction of native code */
} Settings;

extern Settings settings;

/* Compiles the bundle and builds the template. 0 with a sentence in `why`. */
int machinesStart(char* source, size_t length, char* why, size_t whySize);
int machinesReady(void);
void machinesEnd(void);

/* Runs device->turn to the end of its promise jobs; the outcome is in the device. */
void machineTurn(Device* device);
/* Deletes the device's machine, if any. */
void machineEnd(Device* device);
/* Whether a turn is under way. */
int machineRuns(void);
/* End the running machine from inside. */
void endByPowerFailure(Device* device) __attribute__((noreturn));
void endByWorkMemory(void) __attribute__((noreturn));

#endif
