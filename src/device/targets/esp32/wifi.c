/*
 * Wi-Fi as a station, by the shortest way in that is known: access point, channel and address of last time (the SDK's own
 * module cannot name an access point). Events come on ESP-IDF's own task and only set `state`; the script asks for it.
 */
#include <string.h>

#include "esp_event.h"
#include "esp_netif.h"
#include "esp_wifi.h"

#include "arguments.h"
#include "radios.h"

#define SSID_MAX 32
#define PASSWORD_MAX 64
#define BSSID 6
#define ADDRESS 12 /* address, mask, router: 4 each */
#define LAST_CHANNEL 14

enum { OFF, CONNECTING, ASSOCIATED, ADDRESSED, LOST };

static esp_netif_t* station;
static volatile int state = OFF;
static volatile int lostBecause;

static void onEvent(void* argument, esp_event_base_t base, int32_t id, void* data) {
  (void)argument;
  if (state == OFF)
    return;
  if (base == IP_EVENT && id == IP_EVENT_STA_GOT_IP)
    state = ADDRESSED;
  else if (base == WIFI_EVENT && id == WIFI_EVENT_STA_CONNECTED)
    state = ASSOCIATED;
  else if (base == WIFI_EVENT && id == WIFI_EVENT_STA_DISCONNECTED) {
    lostBecause = ((wifi_event_sta_disconnected_t*)data)->reason;
    state = LOST;
  }
}

static void check(xsMachine* the, esp_err_t error, const char* what) {
  if (error != ESP_OK)
    xsUnknownError("wifi: %s failed (ESP-IDF error 0x%x)", what, (unsigned)error);
}

/* Once a boot: the driver, without its own memory of networks. */
static void begin(xsMachine* the) {
  wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();
  esp_err_t error;
  if (station)
    return;
  check(the, esp_netif_init(), "the network stack");
  error = esp_event_loop_create_default();
  check(the, error == ESP_ERR_INVALID_STATE ? ESP_OK : error, "the event loop");
  config.nvs_enable = 0;
  check(the, esp_wifi_init(&config), "the driver");
  check(the, esp_wifi_set_storage(WIFI_STORAGE_RAM), "the driver");
  check(the, esp_wifi_set_mode(WIFI_MODE_STA), "the driver");
  check(the, esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, onEvent, NULL), "the event loop");
  check(the, esp_event_handler_register(IP_EVENT, ESP_EVENT_ANY_ID, onEvent, NULL), "the event loop");
  station = esp_netif_create_default_wifi_sta();
  if (!station)
    xsUnknownError("wifi: no memory for the station");
}

static void setAddress(xsMachine* the, const uint8_t* address, size_t length) {
  esp_netif_ip_info_t info;
  esp_err_t error;
  if (length == 0) {
    error = esp_netif_dhcpc_start(station);
    check(the, error == ESP_ERR_ESP_NETIF_DHCP_ALREADY_STARTED ? ESP_OK : error, "DHCP");
    return;
  }
  error = esp_netif_dhcpc_stop(station);
  check(the, error == ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED ? ESP_OK : error, "DHCP");
  memcpy(&info.ip.addr, address, 4);
  memcpy(&info.netmask.addr, address + 4, 4);
  memcpy(&info.gw.addr, address + 8, 4);
  check(the, esp_netif_set_ip_info(station, &info), "the address");
}

static void oneOf(xsMachine* the, size_t length, size_t whole, const char* name) {
  if (length != 0 && length != whole)
    xsRangeError("%s: %d bytes or none, not %d", name, (int)whole, (int)length);
}

/* ssid, password, bssid (6 bytes or none), channel (0: any), address (12 bytes or none: DHCP). */
void xs_dormouse_wifi_start(xsMachine* the) {
  wifi_config_t config;
  size_t ssidLength, passwordLength, bssidLength, addressLength, channel = argUpTo(the, 3, "channel", LAST_CHANNEL);
  const uint8_t *ssid, *password, *bssid, *address;
  begin(the);
  ssid = argBytes(the, 0, "ssid", &ssidLength);
  password = argBytes(the, 1, "password", &passwordLength);
  bssid = argBytes(the, 2, "bssid", &bssidLength);
  address = argBytes(the, 4, "address", &addressLength);
  if (ssidLength == 0 || ssidLength > SSID_MAX)
    xsRangeError("ssid: 1 to %d bytes, not %d", SSID_MAX, (int)ssidLength);
  if (passwordLength > PASSWORD_MAX)
    xsRangeError("password: at most %d bytes, not %d", PASSWORD_MAX, (int)passwordLength);
  oneOf(the, bssidLength, BSSID, "bssid");
  oneOf(the, addressLength, ADDRESS, "address");
  memset(&config, 0, sizeof config);
  memcpy(config.sta.ssid, ssid, ssidLength);
  memcpy(config.sta.password, password, passwordLength);
  config.sta.channel = (uint8_t)channel;
  config.sta.scan_method = channel ? WIFI_FAST_SCAN : WIFI_ALL_CHANNEL_SCAN;
  config.sta.bssid_set = bssidLength == BSSID;
  if (config.sta.bssid_set)
    memcpy(config.sta.bssid, bssid, BSSID);
  setAddress(the, address, addressLength);
  check(the, esp_wifi_set_config(WIFI_IF_STA, &config), "the configuration");
  state = CONNECTING;
  dormouseRadios |= 1;
  check(the, esp_wifi_start(), "starting");
  /* One exchange a wake: the radio is off again before it could save anything. */
  check(the, esp_wifi_set_ps(WIFI_PS_NONE), "power save");
  check(the, esp_wifi_connect(), "connecting");
}

/* 0 off, 1 connecting, 2 associated, 3 with an address, 4 lost. */
void xs_dormouse_wifi_state(xsMachine* the) {
  xsmcSetInteger(xsResult, state);
}

/* wifi_err_reason_t of the last loss. */
void xs_dormouse_wifi_lost_because(xsMachine* the) {
  xsmcSetInteger(xsResult, lostBecause);
}

/* How it came in: bssid (6), channel (1), address (12); undefined where it is not connected. */
void xs_dormouse_wifi_way_in(xsMachine* the) {
  wifi_ap_record_t ap;
  esp_netif_ip_info_t info;
  uint8_t* way;
  if (state != ADDRESSED || esp_wifi_sta_get_ap_info(&ap) != ESP_OK || esp_netif_get_ip_info(station, &info) != ESP_OK)
    return;
  way = resultBytes(the, NULL, BSSID + 1 + ADDRESS);
  memcpy(way, ap.bssid, BSSID);
  way[BSSID] = ap.primary;
  memcpy(way + BSSID + 1, &info.ip.addr, 4);
  memcpy(way + BSSID + 5, &info.netmask.addr, 4);
  memcpy(way + BSSID + 9, &info.gw.addr, 4);
}

void xs_dormouse_wifi_stop(xsMachine* the) {
  if (state == OFF)
    return;
  state = OFF;
  check(the, esp_wifi_stop(), "stopping");
  dormouseRadios &= ~1;
}
