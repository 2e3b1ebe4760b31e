/* As much of XS as flash.c uses, on Node-API: declared here, for not every Node brings its headers. */
#pragma once
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__* napi_env;
typedef struct napi_value__* napi_value;
typedef struct napi_callback_info__* napi_callback_info;
typedef int napi_status;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);
enum { napi_uint8_array = 1 };

napi_status napi_create_function(napi_env, const char*, size_t, napi_callback, void*, napi_value*);
napi_status napi_set_named_property(napi_env, napi_value, const char*, napi_value);
napi_status napi_get_named_property(napi_env, napi_value, const char*, napi_value*);
napi_status napi_get_cb_info(napi_env, napi_callback_info, size_t*, napi_value*, napi_value*, void**);
napi_status napi_get_value_double(napi_env, napi_value, double*);
napi_status napi_get_value_int32(napi_env, napi_value, int32_t*);
napi_status napi_get_value_bool(napi_env, napi_value, bool*);
napi_status napi_create_int32(napi_env, int32_t, napi_value*);
napi_status napi_create_arraybuffer(napi_env, size_t, void**, napi_value*);
napi_status napi_create_typedarray(napi_env, int, size_t, napi_value, size_t, napi_value*);
napi_status napi_get_typedarray_info(napi_env, napi_value, int*, size_t*, void**, napi_value*, size_t*);
napi_status napi_call_function(napi_env, napi_value, napi_value, size_t, const napi_value*, napi_value*);
napi_status napi_is_exception_pending(napi_env, bool*);
napi_status napi_throw_error(napi_env, const char*, const char*);
napi_status napi_throw_range_error(napi_env, const char*, const char*);

typedef int32_t xsIntegerValue;
typedef struct {
  napi_env env;
  napi_value arguments[2];
  napi_value result;
  jmp_buf thrown;
} xsMachine;

/* Throws, unless what was called has thrown already. */
void throwAs(xsMachine* the, napi_status (*error)(napi_env, const char*, const char*), const char* format, ...)
    __attribute__((__noreturn__, __format__(__printf__, 3, 4)));
#define xsUnknownError(...) throwAs(the, napi_throw_error, __VA_ARGS__)
#define xsRangeError(...) throwAs(the, napi_throw_range_error, __VA_ARGS__)
#define xsResult the->result
#define xsmcSetInteger(slot, value) napi_create_int32(the->env, value, &(slot))
