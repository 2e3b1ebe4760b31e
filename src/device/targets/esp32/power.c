/* Time by the board's own oscillator, why it woke, and deep sleep until a time or a pin. */
#include "esp_rtc_time.h"
#include "esp_sleep.h"
#include "esp_system.h"
#include "sdkconfig.h"
#include "soc/soc_caps.h"

#include "arguments.h"

/* The RTC timer of every chip holds more; nobody means to sleep longer. */
#define LONGEST_SLEEP 86400000000.0 /* a day, µs */
/* Less than it takes to fall asleep would be refused. */
#define SHORTEST_SLEEP 1000.0

/* Microseconds since power-on, running on through deep sleep and resets. */
void xs_dormouse_power_now(xsMachine* the) {
  xsmcSetNumber(xsResult, (double)esp_rtc_get_time_us());
}

/* 0: not from deep sleep, 1: timer, 2: pin. */
void xs_dormouse_power_cause(xsMachine* the) {
  uint32_t causes = esp_sleep_get_wakeup_causes();
  uint32_t pins = (1u << ESP_SLEEP_WAKEUP_EXT0) | (1u << ESP_SLEEP_WAKEUP_EXT1) | (1u << ESP_SLEEP_WAKEUP_GPIO);
  int cause = 0;
  if (esp_reset_reason() == ESP_RST_DEEPSLEEP)
    cause = causes & pins ? 2 : 1;
  xsmcSetInteger(xsResult, cause);
}

/* esp_reset_reason_t; reset.ts has the names. */
void xs_dormouse_power_reset_reason(xsMachine* the) {
  xsmcSetInteger(xsResult, (xsIntegerValue)esp_reset_reason());
}

static void check(xsMachine* the, esp_err_t error, const char* what) {
  if (error != ESP_OK)
    xsUnknownError("sleep: %s refused (ESP-IDF error 0x%x)", what, (unsigned)error);
}

/* Wakes from the coming deep sleep when `pin` goes to `level`. */
void xs_dormouse_power_wake_on_pin(xsMachine* the) {
  size_t pin = argUpTo(the, 0, "pin", SOC_GPIO_PIN_COUNT - 1);
  size_t level = argUpTo(the, 1, "level", 1);
  if (!esp_sleep_is_valid_wakeup_gpio((gpio_num_t)pin))
    xsRangeError("pin: %d cannot wake this chip from deep sleep", (int)pin);
#if SOC_PM_SUPPORT_EXT1_WAKEUP
#if CONFIG_IDF_TARGET_ESP32
  check(the, esp_sleep_enable_ext1_wakeup_io(1ULL << pin, level ? ESP_EXT1_WAKEUP_ANY_HIGH : ESP_EXT1_WAKEUP_ALL_LOW),
        "the pin");
#else
  check(the, esp_sleep_enable_ext1_wakeup_io(1ULL << pin, level ? ESP_EXT1_WAKEUP_ANY_HIGH : ESP_EXT1_WAKEUP_ANY_LOW),
        "the pin");
#endif
#elif SOC_GPIO_SUPPORT_HP_PERIPH_PD_SLEEP_WAKEUP
  check(the,
        esp_sleep_enable_gpio_wakeup_on_hp_periph_powerdown(
            1ULL << pin, level ? ESP_GPIO_WAKEUP_GPIO_HIGH : ESP_GPIO_WAKEUP_GPIO_LOW),
        "the pin");
#else
#error "This chip wakes from deep sleep by no pin that is known here"
#endif
}

/* Deep sleep for so many microseconds. Does not return: the program starts anew. */
void xs_dormouse_power_sleep(xsMachine* the) {
  double micros = argNumber(the, 0, "micros");
  if (!(micros > SHORTEST_SLEEP))
    micros = SHORTEST_SLEEP;
  if (micros > LONGEST_SLEEP)
    micros = LONGEST_SLEEP;
  check(the, esp_sleep_enable_timer_wakeup((uint64_t)micros), "the timer");
  esp_deep_sleep_start();
}

/* Bytes of the system's heap that are free; `least`: at the worst moment since boot. */
void xs_dormouse_power_free_heap(xsMachine* the) {
  size_t least = argUpTo(the, 0, "least", 1);
  xsmcSetNumber(xsResult, least ? esp_get_minimum_free_heap_size() : esp_get_free_heap_size());
}

/* A reset that drops retained memory, as a crash does. */
void xs_dormouse_power_restart(xsMachine* the) {
  (void)the;
  esp_restart();
}
