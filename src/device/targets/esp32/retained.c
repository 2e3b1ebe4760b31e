/*
 * Memory that deep sleep keeps. RTC_DATA_ATTR is loaded anew (zeros) by every other boot, so after a power cut or a crash
 * nothing is there, as the port Retained (src/device/ports.ts) wants it.
 */
#include <string.h>

#include "esp_attr.h"

#include "arguments.h"

#define DEVICE_MAX 4096
#define RECORD_MAX 1536

static RTC_DATA_ATTR uint8_t deviceBytes[DEVICE_MAX];
static RTC_DATA_ATTR uint32_t deviceLength;
static RTC_DATA_ATTR uint8_t recordBytes[RECORD_MAX];
static RTC_DATA_ATTR uint32_t recordLength;

static void readSlot(xsMachine* the, const uint8_t* bytes, uint32_t length, uint32_t most) {
  if (length > 0 && length <= most)
    resultBytes(the, bytes, length);
}

static void writeSlot(xsMachine* the, uint8_t* bytes, uint32_t* length, size_t most) {
  size_t count;
  const uint8_t* from = argBytes(the, 0, "bytes", &count);
  if (count > most)
    xsRangeError("bytes: at most %d are retained here, not %d", (int)most, (int)count);
  memcpy(bytes, from, count);
  *length = (uint32_t)count;
}

/* What the device runtime keeps; undefined where there is nothing. */
void xs_dormouse_retained_read(xsMachine* the) {
  readSlot(the, deviceBytes, deviceLength, DEVICE_MAX);
}

void xs_dormouse_retained_write(xsMachine* the) {
  writeSlot(the, deviceBytes, &deviceLength, DEVICE_MAX);
}

/* The board record, as the script read it from flash after power-on. */
void xs_dormouse_retained_read_record(xsMachine* the) {
  readSlot(the, recordBytes, recordLength, RECORD_MAX);
}

void xs_dormouse_retained_write_record(xsMachine* the) {
  writeSlot(the, recordBytes, &recordLength, RECORD_MAX);
}
