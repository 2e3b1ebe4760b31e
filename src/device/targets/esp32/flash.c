/*
 * The partition "dormouse" behind the port Flash (src/device/ports.ts).
 *
 * Where flash encryption covers it, erased flash decrypts to noise and each block can be programmed once. What was never
 * programmed is known by its ciphertext, all ones, and reads as erased here too.
 */
#include "esp_partition.h"
#include "sdkconfig.h"

#include "arguments.h"

#define SECTOR 4096
#define UNIT 32  /* a row of the first ESP32's flash encryption; the others write blocks */
#define BLOCK 16 /* what decrypts as one */
#define CUT 4    /* bytes: ciphertext that ends in so many ones was not written to its end, but for one in 2^32 */
#define RAW 256  /* looked at a time */

static const esp_partition_t* partition;

/* Refuses what does not lie in the partition, or not on whole units. */
static void checkRange(xsMachine* the, size_t offset, size_t length, size_t unit) {
  if (!partition)
    xsUnknownError("flash: open it first");
  if (offset > partition->size || length > partition->size - offset)
    xsRangeError("flash: %d bytes at %d are not in a partition of %d", (int)length, (int)offset, (int)partition->size);
  if (offset % unit || length % unit)
    xsRangeError("flash: %d bytes at %d are not whole units of %d", (int)length, (int)offset, (int)unit);
}

static void check(xsMachine* the, esp_err_t error, const char* what, size_t offset) {
  if (error != ESP_OK)
    xsUnknownError("flash: %s at %d failed (ESP-IDF error 0x%x)", what, (int)offset, (unsigned)error);
}

/* Bytes of a block that were programmed, up to the last one. */
static size_t programmed(const uint8_t* block) {
  size_t count = BLOCK;
  while (count > 0 && block[count - 1] == 0xff)
    count--;
  return count;
}

static size_t readRaw(xsMachine* the, size_t at, size_t end, uint8_t* raw) {
  size_t length = end - at < RAW ? (end - at + BLOCK - 1) & ~(size_t)(BLOCK - 1) : RAW;
  check(the, esp_partition_read_raw(partition, at, raw, length), "reading", at);
  return length;
}

/*
 * Erased blocks read as all ones. One that a power cut left half written reads as a zero and ones: it is not erased, and
 * whoever looks for the end of a record sees that it was never written.
 */
static void showErased(xsMachine* the, size_t offset, uint8_t* bytes, size_t length) {
  uint8_t raw[RAW];
  size_t count, end = offset + length;
  for (size_t at = offset - offset % BLOCK; at < end; at += count) {
    count = readRaw(the, at, end, raw);
    for (size_t i = 0; i < count; i += BLOCK) {
      size_t used = programmed(raw + i);
      if (used > BLOCK - CUT)
        continue;
      for (size_t k = 0; k < BLOCK; k++) {
        size_t here = at + i + k;
        if (here >= offset && here < end)
          bytes[here - offset] = k == 0 && used > 0 ? 0 : 0xff;
      }
    }
  }
}

static void checkErased(xsMachine* the, size_t offset, size_t length) {
  uint8_t raw[RAW];
  size_t count, end = offset + length;
  for (size_t at = offset; at < end; at += count) {
    count = readRaw(the, at, end, raw);
    for (size_t i = 0; i < count; i += BLOCK)
      if (programmed(raw + i) > 0)
        xsUnknownError("flash: %d is written already, and encrypted: erase its sector first", (int)(at + i));
  }
}

/* Returns the partition's size in bytes. */
void xs_dormouse_flash_open(xsMachine* the) {
  partition = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "dormouse");
  if (!partition)
    xsUnknownError("flash: no partition \"dormouse\": flash the project's own partition table");
  if (partition->erase_size != SECTOR)
    xsUnknownError("flash: sectors of %d bytes, %d expected", (int)partition->erase_size, SECTOR);
#if CONFIG_SECURE_FLASH_ENC_ENABLED
  if (!partition->encrypted)
    xsUnknownError("flash: the partition table leaves \"dormouse\" out of encryption: no key is kept there");
#endif
  xsmcSetInteger(xsResult, (xsIntegerValue)partition->size);
}

void xs_dormouse_flash_read(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset");
  size_t length = argSize(the, 1, "length");
  checkRange(the, offset, length, 1);
  uint8_t* bytes = resultBytes(the, NULL, length);
  check(the, esp_partition_read(partition, offset, bytes, length), "reading", offset);
  if (partition->encrypted)
    showErased(the, offset, bytes, length);
}

void xs_dormouse_flash_write(xsMachine* the) {
  size_t length, offset = argSize(the, 0, "offset");
  const uint8_t* bytes = argBytes(the, 1, "bytes", &length);
  checkRange(the, offset, length, UNIT);
  if (partition->encrypted)
    checkErased(the, offset, length);
  check(the, esp_partition_write(partition, offset, bytes, length), "writing", offset);
}

void xs_dormouse_flash_erase(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset");
  size_t length = argSize(the, 1, "length");
  checkRange(the, offset, length, SECTOR);
  check(the, esp_partition_erase_range(partition, offset, length), "erasing", offset);
}
