#include "entropy.h"

#include <math.h>

#include "memory_map.h"
#include "power.h"

#define MAGIC 0x000
#define VERSION 0x004
#define DEVICE_ID 0x008
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SELECT 0x024
#define QUEUE_SELECT 0x030
#define QUEUE_SIZE 0x038
#define QUEUE_READY 0x044
#define QUEUE_NOTIFY 0x050
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_ACKNOWLEDGE 0x064
#define STATUS 0x070
#define QUEUE_DESCRIPTORS 0x080
#define QUEUE_DRIVER 0x090
#define QUEUE_DEVICE 0x0a0

#define ENTROPY_DEVICE 4
#define STATUS_DRIVER 3      /* ACKNOWLEDGE, DRIVER */
#define STATUS_FEATURES_OK 8
#define STATUS_DRIVER_OK 4
#define WRITABLE 2           /* by the device */

static struct {
  struct {
    uint32_t address, addressHigh, length;
    uint16_t flags, next;
  } descriptor;
  struct {
    uint16_t flags, index, ring[1], event;
  } driver;
  struct __attribute__((aligned(4))) {
    volatile uint16_t flags, index;
    volatile uint32_t id, length;
    uint16_t event;
  } device;
} queue __attribute__((aligned(16)));

static uintptr_t base;

#define SOURCE(offset) REGISTER(base + (offset))

static void setAddress(uint32_t offset, const void *address) {
  SOURCE(offset) = (uint32_t)(uintptr_t)address;
  SOURCE(offset + 4) = 0;
}

static int find(void) {
  for (int slot = 0; slot < VIRTIO_SLOTS; slot++) {
    base = VIRTIO(slot);
    if (SOURCE(MAGIC) != 0x74726976 || SOURCE(VERSION) != 2 || SOURCE(DEVICE_ID) != ENTROPY_DEVICE) continue;
    INTERRUPT_PRIORITY(VIRTIO_SOURCE(slot)) = 1;
    INTERRUPT_ENABLE |= 1u << VIRTIO_SOURCE(slot);
    return 1;
  }
  base = 0;
  return 0;
}

static int start(void) {
  if (base) return 1;
  if (!find()) return 0;
  SOURCE(STATUS) = 0;
  SOURCE(STATUS) = STATUS_DRIVER;
  SOURCE(DRIVER_FEATURES_SELECT) = 1;
  SOURCE(DRIVER_FEATURES) = 1; /* VIRTIO_F_VERSION_1 */
  SOURCE(DRIVER_FEATURES_SELECT) = 0;
  SOURCE(DRIVER_FEATURES) = 0;
  SOURCE(STATUS) = STATUS_DRIVER | STATUS_FEATURES_OK;
  SOURCE(QUEUE_SELECT) = 0;
  SOURCE(QUEUE_SIZE) = 1;
  setAddress(QUEUE_DESCRIPTORS, &queue.descriptor);
  setAddress(QUEUE_DRIVER, &queue.driver);
  setAddress(QUEUE_DEVICE, &queue.device);
  SOURCE(QUEUE_READY) = 1;
  SOURCE(STATUS) = STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK;
  return 1;
}

/* A request takes this long, whenever the host answers: it keeps counted time the same from run to run. */
#define REQUEST_MICROS 2000

int entropyFill(uint8_t *bytes, size_t length) {
  if (!start()) return 0;
  while (length > 0) {
    queue.descriptor.address = (uint32_t)(uintptr_t)bytes;
    queue.descriptor.addressHigh = 0;
    queue.descriptor.length = (uint32_t)length;
    queue.descriptor.flags = WRITABLE;
    queue.driver.ring[0] = 0;
    __sync_synchronize();
    queue.driver.index++;
    __sync_synchronize();
    double due = powerMicros() + REQUEST_MICROS;
    SOURCE(QUEUE_NOTIFY) = 0;
    powerBeginWait();
    while (queue.device.index != queue.driver.index) powerWait(INFINITY);
    powerWaitExactly(due);
    powerEndWait();
    SOURCE(INTERRUPT_ACKNOWLEDGE) = SOURCE(INTERRUPT_STATUS);
    bytes += queue.device.length;
    length -= queue.device.length;
  }
  return 1;
}
