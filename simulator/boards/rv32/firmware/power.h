/* Time, waiting, the watchdog, deep sleep and resets; what of all that a reset leaves in memory. */
#ifndef DORMOUSE_POWER_H
#define DORMOUSE_POWER_H

#include <stddef.h>
#include <stdint.h>

#include "port.h"

/* A board is reset that takes longer for a turn, or waits so long for nothing. */
#define WATCHDOG_TURN_MICROS 5e6
#define WATCHDOG_WAIT_MICROS 30e6

typedef enum { WAKE_POWER_ON, WAKE_TIMER, WAKE_PIN } WakeReason;

/* RAM that a reset does not clear. A check value tells it from what power-on leaves. */
typedef struct {
  uint32_t magic;
  uint32_t reason;       /* of the next boot */
  uint64_t poweredOn;    /* RTC nanoseconds */
  uint32_t flashOps;     /* since power-on */
  uint32_t deaths;       /* in a row */
  uint32_t hasRetained;
  uint32_t retainedLength;
  uint8_t retained[RETAINED_MAX];
} Kept;

extern Kept kept;

void powerInit(void);
WakeReason powerReason(void);
/* Microseconds since power-on, through sleep and resets. */
double powerMicros(void);

/* The instructions that the processor worked, without those it waited. */
uint64_t powerInstructions(void);

/* Of these, native cryptography's, which the engine's meter does not see. */
void powerSpent(uint64_t instructions);
uint64_t powerSpentInAll(void);

/*
 * Waits for an interrupt of the UART or the entropy source, or until `micros` (INFINITY: for ever). Returns at once
 * where one is pending; may return early.
 */
void powerWait(double micros);
/* Waits for that time and nothing else, to the nanosecond where an instruction takes one. */
void powerWaitExactly(double micros);
/* Instructions until the matching call do not count as work. */
void powerBeginWait(void);
void powerEndWait(void);

/* Pushes the watchdog's reset off. */
void powerFeed(void);

void powerDeepSleep(double untilMicros) __attribute__((noreturn));
/* A crash: says why, waits longer each time, starts as from power-on but with the clock running on. */
void powerCrash(const char *why) __attribute__((noreturn));
void powerOff(void) __attribute__((noreturn));

#endif
