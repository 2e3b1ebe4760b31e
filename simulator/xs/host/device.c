/* Devices and their flash files. */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"

static int fillErased(int file, size_t size) {
  uint8_t sector[FLASH_SECTOR];
  size_t done;
  memset(sector, 0xFF, sizeof sector);
  for (done = 0; done < size; done += sizeof sector) {
    if (write(file, sector, sizeof sector) != (ssize_t)sizeof sector)
      return 0;
  }
  return 1;
}

/* Shared with the file, so what was written stays when this process is killed. */
static uint8_t* mapFlash(const char* path, size_t size, char* why, size_t whySize) {
  struct stat status;
  uint8_t* flash = NULL;
  int file = open(path, O_RDWR | O_CREAT, 0600); /* it holds the device's secret key */
  if (file < 0) {
    snprintf(why, whySize, "cannot open flash file %s: %s", path, strerror(errno));
    return NULL;
  }
  if (fstat(file, &status) == 0 && status.st_size == 0 && !fillErased(file, size))
    snprintf(why, whySize, "cannot fill flash file %s: %s", path, strerror(errno));
  else if (status.st_size != 0 && (size_t)status.st_size != size)
    snprintf(why, whySize, "flash file %s has %lld bytes, not %lld", path, (long long)status.st_size, (long long)size);
  else if ((flash = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)) == MAP_FAILED) {
    snprintf(why, whySize, "cannot map flash file %s: %s", path, strerror(errno));
    flash = NULL;
  }
  close(file);
  return flash;
}

Device* deviceCreate(uint32_t id, const char* flashPath, size_t flashSize, char* why, size_t whySize) {
  Device* device;
  if (flashSize == 0 || flashSize % FLASH_SECTOR || flashSize > 0x7FFFFFFF) {
    snprintf(why, whySize, "flash size %zu is not a multiple of %d below 2 GiB", flashSize, FLASH_SECTOR);
    return NULL;
  }
  device = calloc(1, sizeof *device);
  if (!device || !(device->retained = malloc(RETAINED_MAX))) {
    snprintf(why, whySize, "the worker has no memory for another device");
    free(device);
    return NULL;
  }
  device->id = id;
  device->flashSize = flashSize;
  device->alarm = NAN;
  device->flash = mapFlash(flashPath, flashSize, why, whySize);
  if (!device->flash) {
    free(device->retained);
    free(device);
    return NULL;
  }
  return device;
}

void devicePowerCut(Device* device) {
  machineEnd(device);
  device->hasRetained = 0;
  device->retainedLength = 0;
  device->alarm = NAN;
  device->state = STATE_OFF;
}

void deviceWear(Device* device, uint32_t sector) {
  size_t sectors = device->flashSize / FLASH_SECTOR;
  if (!device->worn)
    device->worn = calloc(sectors, 1);
  if (device->worn)
    device->worn[sector % sectors] = 1;
}

void deviceDelete(Device* device) {
  devicePowerCut(device);
  munmap(device->flash, device->flashSize);
  free(device->retained);
  free(device->worn);
  free(device);
}

/* Ids are small numbers that Node counts up, so a growing table serves. */
static Device** devices;
static uint32_t deviceCount;

Device* deviceFind(uint32_t id) {
  return id < deviceCount ? devices[id] : NULL;
}

int deviceAdd(Device* device) {
  if (device->id >= deviceCount) {
    uint32_t count = device->id + 64;
    Device** table = realloc(devices, count * sizeof *table);
    if (!table)
      return 0;
    memset(table + deviceCount, 0, (count - deviceCount) * sizeof *table);
    devices = table;
    deviceCount = count;
  }
  devices[device->id] = device;
  return 1;
}

void deviceRemove(uint32_t id) {
  deviceDelete(devices[id]);
  devices[id] = NULL;
}

void deviceRemoveAll(void) {
  uint32_t id;
  for (id = 0; id < deviceCount; id++) {
    if (devices[id])
      deviceRemove(id);
  }
  free(devices);
  devices = NULL;
  deviceCount = 0;
}
