/*
 * What the native functions of one device need from whoever hosts it: here the worker process, elsewhere a board.
 * Functions whose name ends in "OrEnd" may not return: power fails there.
 */
#ifndef DORMOUSE_PORT_H
#define DORMOUSE_PORT_H

#include <stddef.h>
#include <stdint.h>

#define FLASH_SECTOR 4096
#define FLASH_ALIGN 32
#define RETAINED_MAX 4096

typedef struct Port Port;

/* Microseconds since power-on, by the device's own oscillator. */
double portNow(Port* port);

/* 0 where there is no entropy. */
int portRandom(Port* port, uint8_t* bytes, size_t length);

size_t portFlashSize(Port* port);
/* Range checked by the caller, as in those below. */
void portFlashRead(Port* port, size_t offset, uint8_t* bytes, size_t length);
void portFlashWriteOrEnd(Port* port, size_t offset, const uint8_t* bytes, size_t length);
void portFlashEraseOrEnd(Port* port, size_t offset, size_t length);

/* NULL where nothing was retained. */
const uint8_t* portRetained(Port* port, size_t* length);
void portRetain(Port* port, const uint8_t* bytes, size_t length);

void portSend(Port* port, const uint8_t* bytes, size_t length);
void portTrace(Port* port, const char* text);

/* NaN: none. */
void portSetAlarm(Port* port, double at);
void portSleep(Port* port, double until);

const char* portReason(Port* port);
/* Rated error of the oscillator, parts per million. */
double portPpm(Port* port);
/* Whether the gateway calls the device at its slot. */
int portSlotted(Port* port);
/* The link by which the device reaches its gateway, as in "wifi". */
const char* portLink(Port* port);
/* Millivolts at the battery. */
int portBattery(Port* port);
/* NULL where the wake carried no sample. */
const double* portSensor(Port* port, size_t* count);

const char* portEngine(void);
double portMeter(Port* port);

typedef struct {
  double slots, slotsPeak, chunks, chunksPeak, stack, stackPeak;
} HeapUse;
void portHeap(Port* port, HeapUse* use);

/* Native code ran that would be so many instructions of a board, which the meter does not see. */
void portSpend(Port* port, double instructions);

/* One ECDSA signature took this long. */
void portSigned(Port* port, uint64_t nanoseconds);
uint64_t portClockNs(void);

#endif
