/* The worker's side of port.h: one device in memory and in its flash file. */
#include "device.h"

#include <math.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "dormouse_crypto.h"
#include "frames.h"
#include "machine.h"

uint64_t portClockNs(void) {
  struct timespec time;
#ifdef __APPLE__
  clock_gettime(CLOCK_UPTIME_RAW, &time); /* the clock behind process.hrtime() there */
#else
  clock_gettime(CLOCK_MONOTONIC, &time);
#endif
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

double portNow(Port* port) {
  if (settings.clock == CLOCK_METER)
    return port->turn.now + portMeter(port) * settings.meterMicros + port->spent * settings.instructionMicros;
  return port->turn.now + ((double)portClockNs() - (double)port->turn.sentNs) / 1000;
}

static int entropy(uint8_t* bytes, size_t length) {
  size_t done, part;
  for (done = 0; done < length; done += part) {
    part = length - done < 256 ? length - done : 256;
    if (getentropy(bytes + done, part) != 0)
      return 0;
  }
  return 1;
}

/* Block i of a seeded device is SHA-256(seed || i), i in 8 bytes, little-endian; no block serves two requests. */
static void seededBlock(Port* port, uint8_t block[32]) {
  uint8_t input[40];
  int index;
  memcpy(input, port->seed, 32);
  for (index = 0; index < 8; index++)
    input[32 + index] = (uint8_t)(port->randomCounter >> (8 * index));
  port->randomCounter++;
  dormouse_sha256(input, sizeof input, block);
}

int portRandom(Port* port, uint8_t* bytes, size_t length) {
  size_t done, part;
  uint8_t block[32];
  if (!port->seeded)
    return entropy(bytes, length);
  for (done = 0; done < length; done += part) {
    part = length - done < 32 ? length - done : 32;
    seededBlock(port, block);
    memcpy(bytes + done, block, part);
  }
  return 1;
}

size_t portFlashSize(Port* port) {
  return port->flashSize;
}

void portFlashRead(Port* port, size_t offset, uint8_t* bytes, size_t length) {
  memcpy(bytes, port->flash + offset, length);
}

/* How much of an operation of `length` bytes takes place; fewer than all: power fails in it. */
static size_t partDone(Port* port, size_t length) {
  port->flashOps++;
  if (port->turn.cutAfter == 0 || port->flashOps != port->turn.cutAfter)
    return length;
  port->powerFailed = 1;
  return (size_t)((double)length * port->turn.tear);
}

/* In a worn sector one bit of each 32 bytes, always the same, stays 1. */
static void failBits(Port* port, size_t offset, size_t length) {
  size_t at;
  if (!port->worn || !port->worn[offset / FLASH_SECTOR])
    return;
  for (at = offset; at < offset + length; at += FLASH_ALIGN) {
    uint32_t hash = (uint32_t)(at / FLASH_ALIGN) * 2654435761u;
    port->flash[at + (hash >> 27)] |= (uint8_t)(1u << ((hash >> 24) & 7));
  }
}

void portFlashWriteOrEnd(Port* port, size_t offset, const uint8_t* bytes, size_t length) {
  size_t done = partDone(port, length);
  port->flashBytes += (uint32_t)length;
  memcpy(port->flash + offset, bytes, done);
  failBits(port, offset, done);
  if (port->powerFailed)
    endByPowerFailure(port);
}

void portFlashEraseOrEnd(Port* port, size_t offset, size_t length) {
  port->flashErases += (uint32_t)(length / FLASH_SECTOR);
  memset(port->flash + offset, 0xFF, partDone(port, length));
  if (port->powerFailed)
    endByPowerFailure(port);
}

const uint8_t* portRetained(Port* port, size_t* length) {
  *length = port->retainedLength;
  return port->hasRetained ? port->retained : NULL;
}

void portRetain(Port* port, const uint8_t* bytes, size_t length) {
  memcpy(port->retained, bytes, length);
  port->retainedLength = length;
  port->hasRetained = 1;
}

void portSend(Port* port, const uint8_t* bytes, size_t length) {
  beginFrame(FRAME_SEND);
  putU32(port->id);
  putF64(portNow(port));
  putBytes(bytes, length);
  endFrame();
}

void portTrace(Port* port, const char* text) {
  beginFrame(FRAME_TRACE);
  putU32(port->id);
  putF64(portNow(port));
  putText(text);
  endFrame();
}

void portSetAlarm(Port* port, double at) {
  port->alarm = at;
}

void portSleep(Port* port, double until) {
  port->sleepAsked = 1;
  port->until = until;
}

const char* portReason(Port* port) {
  static const char* const reasons[] = {"power-on", "timer", "pin"};
  return reasons[port->turn.reason];
}

double portPpm(Port* port) {
  return port->ppm;
}

int portSlotted(Port* port) {
  return port->slotted;
}

const char* portLink(Port* port) {
  static const char* const links[] = {"wifi", "zigbee", "lora", "serial"};
  return links[port->link];
}

int portBattery(Port* port) {
  return port->turn.battery;
}

const double* portSensor(Port* port, size_t* count) {
  *count = port->turn.sensorCount;
  return port->turn.sensor;
}

void portSpend(Port* port, double instructions) {
  port->spent += instructions;
}

void portSigned(Port* port, uint64_t nanoseconds) {
  if (port->signCount < SIGN_TIMES)
    port->signNs[port->signCount++] = nanoseconds;
}
