#pragma once
#include <stdint.h>
#include "esp_err.h"
#include "esp_event.h"
#define ESP_ERR_ESP_NETIF_DHCP_ALREADY_STARTED 0x5004
#define ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED 0x5005
extern esp_event_base_t const IP_EVENT;
typedef enum { IP_EVENT_STA_GOT_IP } ip_event_t;
typedef struct esp_netif_obj esp_netif_t;
typedef struct {
  uint32_t addr;
} esp_ip4_addr_t;
typedef struct {
  esp_ip4_addr_t ip;
  esp_ip4_addr_t netmask;
  esp_ip4_addr_t gw;
} esp_netif_ip_info_t;
esp_err_t esp_netif_init(void);
esp_netif_t* esp_netif_create_default_wifi_sta(void);
esp_err_t esp_netif_dhcpc_start(esp_netif_t* netif);
esp_err_t esp_netif_dhcpc_stop(esp_netif_t* netif);
esp_err_t esp_netif_set_ip_info(esp_netif_t* netif, const esp_netif_ip_info_t* info);
esp_err_t esp_netif_get_ip_info(esp_netif_t* netif, esp_netif_ip_info_t* info);
