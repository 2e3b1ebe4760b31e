/*
 * One record in NVS: how the board is wired and which network it joins (config.ts). Encrypted where the build asks for
 * it (sdkconfig/encrypted): ESP-IDF then keeps all of NVS encrypted by itself.
 */
#include "nvs_flash/include/nvs.h"

#include "arguments.h"

#define SPACE "dormouse"
#define KEY "board"
#define MOST 1900 /* a blob of one page */

static void check(xsMachine* the, esp_err_t error, const char* what) {
  if (error != ESP_OK)
    xsUnknownError("vault: %s failed (ESP-IDF error 0x%x)", what, (unsigned)error);
}

/* Undefined where nothing was written. */
void xs_dormouse_vault_read(xsMachine* the) {
  nvs_handle_t handle;
  size_t length = 0;
  esp_err_t error = nvs_open(SPACE, NVS_READONLY, &handle);
  if (error == ESP_ERR_NVS_NOT_FOUND)
    return;
  check(the, error, "opening");
  error = nvs_get_blob(handle, KEY, NULL, &length);
  if (error == ESP_OK && length > MOST)
    error = ESP_ERR_NVS_INVALID_LENGTH;
  if (error == ESP_OK)
    error = nvs_get_blob(handle, KEY, resultBytes(the, NULL, length), &length);
  nvs_close(handle);
  if (error == ESP_ERR_NVS_NOT_FOUND)
    return;
  check(the, error, "reading");
}

static void commit(xsMachine* the, nvs_handle_t handle, esp_err_t error, const char* what) {
  if (error == ESP_OK)
    error = nvs_commit(handle);
  nvs_close(handle);
  check(the, error, what);
}

void xs_dormouse_vault_write(xsMachine* the) {
  nvs_handle_t handle;
  size_t length;
  const uint8_t* bytes = argBytes(the, 0, "bytes", &length);
  if (length == 0 || length > MOST)
    xsRangeError("bytes: 1 to %d, not %d", MOST, (int)length);
  check(the, nvs_open(SPACE, NVS_READWRITE, &handle), "opening");
  commit(the, handle, nvs_set_blob(handle, KEY, bytes, length), "writing");
}

void xs_dormouse_vault_erase(xsMachine* the) {
  nvs_handle_t handle;
  esp_err_t error;
  check(the, nvs_open(SPACE, NVS_READWRITE, &handle), "opening");
  error = nvs_erase_key(handle, KEY);
  commit(the, handle, error == ESP_ERR_NVS_NOT_FOUND ? ESP_OK : error, "erasing");
}
