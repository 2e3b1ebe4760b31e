/* A watchdog over the whole wake: a board that hangs is reset, and tells of it in its next wake (crash.c). */
#include "esp_task_wdt.h"

#include "arguments.h"

#define LONGEST 3600 /* s */

static esp_task_wdt_user_handle_t wake;

static void check(xsMachine* the, esp_err_t error) {
  if (error != ESP_OK)
    xsUnknownError("watchdog: refused (ESP-IDF error 0x%x)", (unsigned)error);
}

/* Resets the board unless it sleeps, or is fed, within so many seconds. */
void xs_dormouse_watchdog_start(xsMachine* the) {
  size_t seconds = argUpTo(the, 0, "seconds", LONGEST);
  esp_task_wdt_config_t config = {0};
  esp_err_t error;
  if (seconds == 0)
    xsRangeError("seconds: at least 1");
  config.timeout_ms = (uint32_t)seconds * 1000;
  config.trigger_panic = true;
  error = esp_task_wdt_reconfigure(&config);
  if (error == ESP_ERR_INVALID_STATE)
    error = esp_task_wdt_init(&config);
  check(the, error);
  if (!wake)
    check(the, esp_task_wdt_add_user("wake", &wake));
  check(the, esp_task_wdt_reset_user(wake));
}

void xs_dormouse_watchdog_feed(xsMachine* the) {
  if (!wake)
    xsUnknownError("watchdog: start it first");
  check(the, esp_task_wdt_reset_user(wake));
}
