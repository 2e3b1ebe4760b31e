/*
 * esp32/flash.c as a module of Node. Each function takes what stands for the partition first: an object with `size` and
 * `encrypted`, and with `espRead`, `espReadRaw`, `espWrite` (offset, bytes) and `espErase` (offset, size), which return an
 * esp_err_t, fill the bytes, or throw.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "esp_partition.h"

#define ESP_FAIL -1

static napi_env env;
static napi_value emulation;
static esp_partition_t partition = {.erase_size = 4096, .label = "dormouse"};

void throwAs(xsMachine* the, napi_status (*error)(napi_env, const char*, const char*), const char* format, ...) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) {
    char message[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    error(env, NULL, message);
  }
  longjmp(the->thrown, 1);
}

size_t argSize(xsMachine* the, int index, const char* name) {
  double value = -1;
  napi_get_value_double(env, the->arguments[index], &value);
  if (!(value >= 0 && value < 2147483648.0))
    xsRangeError("%s: %g is no size", name, value);
  return (size_t)value;
}

const uint8_t* argBytes(xsMachine* the, int index, const char* name, size_t* length) {
  void* data = NULL;
  if (napi_get_typedarray_info(env, the->arguments[index], NULL, length, &data, NULL, NULL))
    xsUnknownError("%s: Uint8Array expected", name);
  return data;
}

static napi_value newBytes(size_t length, void** data) {
  napi_value buffer, array = NULL;
  napi_create_arraybuffer(env, length, data, &buffer);
  napi_create_typedarray(env, napi_uint8_array, length, buffer, 0, &array);
  return array;
}

uint8_t* resultBytes(xsMachine* the, const uint8_t* bytes, size_t length) {
  void* data = NULL;
  the->result = newBytes(length, &data);
  if (bytes)
    memcpy(data, bytes, length);
  return data;
}

static esp_err_t call(const char* method, size_t offset, napi_value argument) {
  int32_t error = ESP_FAIL;
  napi_value function, at, result = NULL;
  napi_get_named_property(env, emulation, method, &function);
  napi_create_int32(env, (int32_t)offset, &at);
  if (napi_call_function(env, emulation, function, 2, (napi_value[]){at, argument}, &result) == 0)
    napi_get_value_int32(env, result, &error);
  return error;
}

static esp_err_t callToRead(const char* method, size_t offset, void* to, size_t size) {
  void* data = NULL;
  napi_value bytes = newBytes(size, &data);
  esp_err_t error = call(method, offset, bytes);
  memcpy(to, data, size);
  return error;
}

const esp_partition_t* esp_partition_find_first(esp_partition_type_t type, esp_partition_subtype_t subtype,
                                                const char* label) {
  (void)subtype;
  return type == ESP_PARTITION_TYPE_DATA && strcmp(label, partition.label) == 0 ? &partition : NULL;
}

esp_err_t esp_partition_read(const esp_partition_t* from, size_t offset, void* to, size_t size) {
  (void)from;
  return callToRead("espRead", offset, to, size);
}

esp_err_t esp_partition_read_raw(const esp_partition_t* from, size_t offset, void* to, size_t size) {
  (void)from;
  return callToRead("espReadRaw", offset, to, size);
}

esp_err_t esp_partition_write(const esp_partition_t* to, size_t offset, const void* from, size_t size) {
  (void)to;
  void* data = NULL;
  napi_value bytes = newBytes(size, &data);
  memcpy(data, from, size);
  return call("espWrite", offset, bytes);
}

esp_err_t esp_partition_erase_range(const esp_partition_t* of, size_t offset, size_t size) {
  (void)of;
  napi_value length;
  napi_create_int32(env, (int32_t)size, &length);
  return call("espErase", offset, length);
}

static napi_value run(napi_env from, napi_callback_info info) {
  void (*function)(xsMachine*);
  void* data;
  xsMachine the = {.env = from};
  napi_value arguments[3], value;
  size_t count = 3;
  double size = 0;
  napi_get_cb_info(from, info, &count, arguments, NULL, &data);
  memcpy(&function, &data, sizeof function);
  env = from;
  emulation = arguments[0];
  napi_get_named_property(env, emulation, "size", &value);
  napi_get_value_double(env, value, &size);
  partition.size = (uint32_t)size;
  napi_get_named_property(env, emulation, "encrypted", &value);
  napi_get_value_bool(env, value, &partition.encrypted);
  memcpy(the.arguments, arguments + 1, sizeof the.arguments);
  if (setjmp(the.thrown) == 0)
    function(&the);
  return the.result;
}

#define EXPORTS(each) each(open) each(read) each(write) each(erase)
#define DECLARE(name) void xs_dormouse_flash_##name(xsMachine* the);
EXPORTS(DECLARE)

napi_value napi_register_module_v1(napi_env from, napi_value exports) {
#define EXPORT(name)                                                                        \
  {                                                                                         \
    napi_value made;                                                                        \
    napi_create_function(from, #name, sizeof #name - 1, run, (void*)xs_dormouse_flash_##name, &made); \
    napi_set_named_property(from, exports, #name, made);                                    \
  }
  EXPORTS(EXPORT)
  return exports;
}
