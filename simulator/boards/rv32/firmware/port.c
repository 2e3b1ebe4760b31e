/* The board's side of port.h. */
#include "port.h"

#include <math.h>
#include <string.h>

#include "xsAll.h"

#include "board.h"
#include "data_flash.h"
#include "entropy.h"
#include "heap.h"
#include "machine.h"
#include "power.h"
#include "serial.h"

double portNow(Port *port) {
  (void)port;
  return powerMicros();
}

int portRandom(Port *port, uint8_t *bytes, size_t length) {
  (void)port;
  return entropyFill(bytes, length);
}

size_t portFlashSize(Port *port) {
  (void)port;
  return DATA_FLASH_SIZE;
}

void portFlashRead(Port *port, size_t offset, uint8_t *bytes, size_t length) {
  (void)port;
  dataFlashRead(offset, bytes, length);
}

void portFlashWriteOrEnd(Port *port, size_t offset, const uint8_t *bytes, size_t length) {
  (void)port;
  dataFlashWrite(offset, bytes, length);
}

void portFlashEraseOrEnd(Port *port, size_t offset, size_t length) {
  (void)port;
  dataFlashErase(offset, length);
}

/* Read once: a reset before the next sleep finds nothing stale. */
const uint8_t *portRetained(Port *port, size_t *length) {
  (void)port;
  *length = kept.retainedLength;
  return kept.hasRetained ? kept.retained : NULL;
}

void portRetain(Port *port, const uint8_t *bytes, size_t length) {
  (void)port;
  memcpy(kept.retained, bytes, length);
  kept.retainedLength = (uint32_t)length;
  kept.hasRetained = 1;
}

void portSend(Port *port, const uint8_t *bytes, size_t length) {
  (void)port;
  serialLine("send", "");
  serialSend(bytes, length);
}

void portTrace(Port *port, const char *text) {
  (void)port;
  serialLine("trace", text);
}

void portSetAlarm(Port *port, double at) {
  port->alarm = at;
}

void portSleep(Port *port, double until) {
  port->sleeps = 1;
  port->until = until;
}

const char *portReason(Port *port) {
  static const char *const reasons[] = {[WAKE_POWER_ON] = "power-on", [WAKE_TIMER] = "timer", [WAKE_PIN] = "pin"};
  (void)port;
  return reasons[powerReason()];
}

/* QEMU's clocks err by nothing while the board sleeps; a crystal's figure keeps the device's guards honest. */
double portPpm(Port *port) {
  (void)port;
  return 20;
}

int portSlotted(Port *port) {
  (void)port;
  return 0;
}

const char *portLink(Port *port) {
  (void)port;
  return "serial";
}

/* Nothing to measure. */
int portBattery(Port *port) {
  (void)port;
  return 0;
}

/* No part stands behind it: temperature, humidity and CO2 of a room that is warmer by day, from the clock alone. */
const double *portSensor(Port *port, size_t *count) {
  static double values[3];
  double day = sin(portNow(port) / 86400e6 * 2 * 3.14159265358979);
  values[0] = 21 + 3 * day;
  values[1] = 45 - 8 * day;
  values[2] = 620 + 150 * day;
  *count = 3;
  return values;
}

const char *portEngine(void) {
  static char text[24];
  snprintf(text, sizeof text, "xs %d.%d.%d", XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION);
  return text;
}

double portMeter(Port *port) {
  return ((txMachine *)port->machine)->meterIndex;
}

void portHeap(Port *port, HeapUse *use) {
  measureHeap(port->machine, use);
}

/* Here native code takes the time it takes. */
void portSpend(Port *port, double instructions) {
  (void)port, (void)instructions;
}

void portSigned(Port *port, uint64_t nanoseconds) {
  (void)port, (void)nanoseconds;
}

uint64_t portClockNs(void) {
  return (uint64_t)(powerMicros() * 1000);
}
