/*
 * What wasm2c's output needs to run, in place of wabt's own runtime: memory inside the instance, no allocation, no signal
 * handlers, no depth counter. Every address that reaches the generated code was computed by it or checked in dormouse_crypto.c,
 * so single accesses are not range-checked; they are all naturally aligned, which strict RISC-V cores need to load whole words.
 */
#ifndef DORMOUSE_WASM_RT_H_
#define DORMOUSE_WASM_RT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WASM_RT_MEMCHECK_SIGNAL_HANDLER 1
#define WASM_RT_USE_STACK_DEPTH_COUNT 0
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
/* What the comment above says of alignment, checked: a test compiles with this. */
#ifdef DORMOUSE_CHECK_ALIGNMENT
#define wasm_rt_memcpy(to, from, size)                                               \
  ((((uintptr_t)(to) | (uintptr_t)(from)) % (size)) != 0 ? __builtin_trap() : (void)0, \
   __builtin_memcpy(to, from, size))
#else
#define wasm_rt_memcpy(to, from, size) \
  __builtin_memcpy(__builtin_assume_aligned(to, (size)), __builtin_assume_aligned(from, (size)), size)
#endif

typedef struct {
  _Alignas(16) uint8_t data[DORMOUSE_CRYPTO_MEMORY];
  uint32_t size;
} wasm_rt_memory_t;

typedef enum { WASM_RT_TRAP_OOB, WASM_RT_TRAP_UNREACHABLE } wasm_rt_trap_t;

/* In dormouse_crypto.c: wipes the memory, then stops. Not reached by any checked call. */
_Noreturn void wasm_rt_trap(wasm_rt_trap_t code);

static inline void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t limit) {
  (void)pages;
  (void)limit;
  memset(memory->data, 0, sizeof memory->data);
  memory->size = sizeof memory->data;
}

static inline void wasm_rt_free_memory(wasm_rt_memory_t *memory) { memset(memory->data, 0, sizeof memory->data); }

/* The comb table stays in flash: see comb.c. */
void dormouse_comb_select(uint8_t entry64[64], uint32_t row, uint32_t index);
void dormouse_comb_load(uint8_t entry64[64], uint32_t row, uint32_t index);

/* A value that may become known; the constant-time test defines a function that tells valgrind. */
#ifdef DORMOUSE_DECLASSIFY
uint32_t dormouse_declassify(uint32_t value);
#else
static inline uint32_t dormouse_declassify(uint32_t value) { return value; }
#endif

#endif
