#include "serial.h"

#include <math.h>

#include "board.h"
#include "memory_map.h"
#include "power.h"

/* 115,200 baud, ten bits a byte. The emulated UART takes no time at all, so the driver takes the line's. */
#define BYTE_MICROS (10e6 / 115200)
/* The longest frame of docs/protocol.md, in COBS, between two zeros. */
#define FRAME_MAX 1280

#define INTERRUPT_ENABLE_REGISTER 1
#define RECEIVED 0x01
#define LINE_STATUS 5
#define DATA_READY 0x01

static uint8_t frame[FRAME_MAX];
static size_t length;
static int whole, overrun, awaits;
static double lineFreeAt, heldUntil;

void serialInit(void) {
  UART[INTERRUPT_ENABLE_REGISTER] = RECEIVED;
  INTERRUPT_PRIORITY(UART_SOURCE) = 1;
  INTERRUPT_ENABLE |= 1u << UART_SOURCE;
}

static void number(uint64_t value) {
  char digits[20];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count) board_put(digits[--count]);
  board_put(' ');
}

void serialLine(const char *what, const char *text) {
  uint64_t instructions = powerInstructions();
  board_print(what);
  board_put(' ');
  number(instructions);
  number((uint64_t)powerMicros());
  board_print(text);
  board_put('\n');
}

void serialSend(const uint8_t *bytes, size_t count) {
  double now = powerMicros();
  for (size_t i = 0; i < count; i++) board_put((char)bytes[i]);
  lineFreeAt = fmax(now, lineFreeAt) + (double)count * BYTE_MICROS;
  awaits = 1;
}

void serialReceive(void) {
  while (!whole && UART[LINE_STATUS] & DATA_READY) {
    uint8_t byte = UART[0];
    if (byte != 0) {
      if (length < sizeof frame - 1) frame[length++] = byte;
      else overrun = 1;
    }
    else if (overrun) overrun = 0, length = 0;
    else if (length > 0) {
      frame[length++] = 0;
      whole = 1;
      heldUntil = fmax(powerMicros(), lineFreeAt + (double)length * BYTE_MICROS);
    }
  }
}

double serialHeldUntil(void) {
  return whole ? heldUntil : INFINITY;
}

/* In a frozen wait no other clock may ring: time would jump to it. */
int serialAwaits(void) {
  return awaits && !whole;
}

const uint8_t *serialFrame(size_t *count) {
  if (!whole) return NULL;
  *count = length;
  whole = 0;
  length = 0;
  awaits = 0;
  return frame;
}
