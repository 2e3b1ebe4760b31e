/* The partition "dormouse" behind the port Flash (src/device/ports.ts). */
#include "esp_partition.h"

#include "arguments.h"

#define SECTOR 4096
#define UNIT 32 /* what flash encryption writes at once */

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

/* Returns the partition's size in bytes. */
void xs_dormouse_flash_open(xsMachine* the) {
  partition = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "dormouse");
  if (!partition)
    xsUnknownError("flash: no partition \"dormouse\": flash the project's own partition table");
  if (partition->erase_size != SECTOR)
    xsUnknownError("flash: sectors of %d bytes, %d expected", (int)partition->erase_size, SECTOR);
  xsmcSetInteger(xsResult, (xsIntegerValue)partition->size);
}

void xs_dormouse_flash_read(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset");
  size_t length = argSize(the, 1, "length");
  checkRange(the, offset, length, 1);
  check(the, esp_partition_read(partition, offset, resultBytes(the, NULL, length), length), "reading", offset);
}

void xs_dormouse_flash_write(xsMachine* the) {
  size_t length, offset = argSize(the, 0, "offset");
  const uint8_t* bytes = argBytes(the, 1, "bytes", &length);
  checkRange(the, offset, length, UNIT);
  check(the, esp_partition_write(partition, offset, bytes, length), "writing", offset);
}

void xs_dormouse_flash_erase(xsMachine* the) {
  size_t offset = argSize(the, 0, "offset");
  size_t length = argSize(the, 1, "length");
  checkRange(the, offset, length, SECTOR);
  check(the, esp_partition_erase_range(partition, offset, length), "erasing", offset);
}
