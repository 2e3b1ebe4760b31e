#include "power.h"

#include <math.h>
#include <string.h>

#include "board.h"
#include "memory_map.h"
#include "serial.h"

#define MAGIC 0x444d4b31
#define FIRST_BACKOFF_MICROS 1000000.0
#define LONGEST_BACKOFF_MICROS 60000000.0

/* A wait ends this early and is then counted out to the instruction, so that counted time is the same in every run. */
#define SETTLING_MICROS 3

#define TIMER_INTERRUPT (1u << 7)
#define EXTERNAL_INTERRUPT (1u << 11)
#define INTERRUPTS_ON 8

#define csrSet(name, bits) __asm__ volatile("csrs " name ", %0" : : "r"(bits) : "memory")
#define csrClear(name, bits) __asm__ volatile("csrc " name ", %0" : : "r"(bits) : "memory")

__attribute__((section(".retained"))) Kept kept;

static WakeReason reason;
static uint64_t watchdogAt;
static uint64_t waited, waitBegan;
static int waits;

static uint64_t ticks(void) {
  uint32_t high, low;
  do {
    high = TIMER_HIGH;
    low = TIMER_LOW;
  } while (high != TIMER_HIGH);
  return (uint64_t)high << 32 | low;
}

static void compare(uint64_t at) {
  TIMER_COMPARE_HIGH = UINT32_MAX;
  TIMER_COMPARE_LOW = (uint32_t)at;
  TIMER_COMPARE_HIGH = (uint32_t)(at >> 32);
}

/* No timer is set after this: QEMU's counted time jumps to the next that is, as soon as the processor rests. */
static void disarm(void) {
  uint32_t pending;
  csrClear("mie", TIMER_INTERRUPT);
  compare(ticks() + 2);
  do __asm__ volatile("csrr %0, mip" : "=r"(pending));
  while (!(pending & TIMER_INTERRUPT));
}

static uint64_t rtcNanos(void) {
  uint32_t low = RTC_LOW; /* latches the high half */
  return (uint64_t)RTC_HIGH << 32 | low;
}

double powerMicros(void) {
  return (double)(rtcNanos() - kept.poweredOn) / 1000;
}

static _Noreturn void reset(WakeReason next) {
  csrClear("mstatus", INTERRUPTS_ON);
  kept.reason = next;
  disarm();
  FINISHER = FINISHER_RESET;
  for (;;) __asm__ volatile("wfi"); /* and time stands still until QEMU has done it */
}

_Noreturn void powerOff(void) {
  FINISHER = FINISHER_POWER_OFF;
  for (;;) continue;
}

/* The timer rings for the watchdog alone: whoever waits for something else does so with interrupts off. */
__attribute__((interrupt("machine"), aligned(4))) static void trap(void) {
  uint32_t cause, pc, value;
  __asm__ volatile("csrr %0, mcause\n\tcsrr %1, mepc\n\tcsrr %2, mtval" : "=r"(cause), "=r"(pc), "=r"(value));
  if ((int32_t)cause < 0) powerCrash("watchdog");
  char why[64];
  strcpy(why, "trap cause 00000000 pc 00000000 value 00000000");
  const uint32_t numbers[] = {cause, pc, value};
  const uint8_t places[] = {11, 23, 38};
  for (int i = 0; i < 3; i++)
    for (int digit = 0; digit < 8; digit++) why[places[i] + digit] = "0123456789abcdef"[numbers[i] >> (28 - 4 * digit) & 15];
  powerCrash(why);
}

void powerFeed(void) {
  watchdogAt = ticks() + (uint64_t)(WATCHDOG_TURN_MICROS * TIMER_TICKS_PER_MICRO);
  compare(watchdogAt);
}

void powerInit(void) {
  uintptr_t handler = (uintptr_t)trap;
  if (kept.magic != MAGIC) {
    memset(&kept, 0, sizeof kept);
    kept.magic = MAGIC;
    kept.poweredOn = rtcNanos();
    kept.reason = WAKE_POWER_ON;
  }
  /* A reset that nobody planned finds this, and no retained memory. */
  reason = kept.reason;
  kept.reason = WAKE_POWER_ON;
  if (reason == WAKE_POWER_ON) kept.hasRetained = 0;
  __asm__ volatile("csrw mtvec, %0" : : "r"(handler));
  INTERRUPT_THRESHOLD = 0;
  csrSet("mie", TIMER_INTERRUPT);
  powerFeed();
  csrSet("mstatus", INTERRUPTS_ON);
}

WakeReason powerReason(void) {
  return reason;
}

void powerBeginWait(void) {
  if (waits++ == 0) waitBegan = board_instructions();
}

void powerEndWait(void) {
  if (--waits == 0) waited += board_instructions() - waitBegan;
}

uint64_t powerInstructions(void) {
  return board_instructions() - waited;
}

void powerWait(double micros) {
  double left = micros - powerMicros();
  uint32_t source;
  if (left <= 0) return;
  csrClear("mstatus", INTERRUPTS_ON);
  if (isinf(left)) disarm();
  else compare(ticks() + (uint64_t)ceil(left * TIMER_TICKS_PER_MICRO));
  csrSet("mie", EXTERNAL_INTERRUPT);
  __asm__ volatile("wfi");
  while ((source = INTERRUPT_CLAIM) != 0) {
    if (source == UART_SOURCE) serialReceive();
    INTERRUPT_CLAIM = source;
  }
  csrClear("mie", EXTERNAL_INTERRUPT);
  powerFeed();
  csrSet("mie", TIMER_INTERRUPT);
  csrSet("mstatus", INTERRUPTS_ON);
}

/* Takes exactly so many instructions more for each of `count`, at least 2. */
static void delay(uint32_t count) {
  __asm__ volatile(
    "andi t1, %0, 1\n\tsrli t0, %0, 1\n\tbeqz t1, 1f\n\tnop\n1:\taddi t0, t0, -1\n\tbnez t0, 1b"
    : : "r"(count) : "t0", "t1");
}

void powerWaitExactly(double micros) {
  while (powerMicros() < micros - SETTLING_MICROS) powerWait(micros - SETTLING_MICROS);
  int64_t left = (int64_t)(micros * 1000) - (int64_t)(rtcNanos() - kept.poweredOn);
  if (left >= 2) delay((uint32_t)left);
}

static uint64_t spent;

void powerSpent(uint64_t instructions) {
  spent += instructions;
}

uint64_t powerSpentInAll(void) {
  return spent;
}

static void sleepUntil(double micros) {
  powerBeginWait();
  while (powerMicros() < micros) powerWait(micros);
  powerEndWait();
}

_Noreturn void powerDeepSleep(double until) {
  kept.deaths = 0;
  sleepUntil(until);
  reset(WAKE_TIMER);
}

_Noreturn void powerCrash(const char *why) {
  double backoff = fmin(FIRST_BACKOFF_MICROS * (double)(1u << (kept.deaths < 16 ? kept.deaths : 16)), LONGEST_BACKOFF_MICROS);
  kept.deaths++;
  csrClear("mstatus", INTERRUPTS_ON);
  serialLine("died", why);
  sleepUntil(powerMicros() + backoff);
  reset(WAKE_POWER_ON);
}
