#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "esp_err.h"
typedef enum { ESP_IEEE802154_TX_ERR_NONE } esp_ieee802154_tx_error_t;
typedef struct {
  bool pending;
  bool process;
  uint8_t channel;
  int8_t rssi;
  uint8_t lqi;
  uint64_t timestamp;
} esp_ieee802154_frame_info_t;
esp_err_t esp_ieee802154_enable(void);
esp_err_t esp_ieee802154_disable(void);
esp_err_t esp_ieee802154_set_channel(uint8_t channel);
esp_err_t esp_ieee802154_set_panid(uint16_t pan);
esp_err_t esp_ieee802154_set_short_address(uint16_t address);
esp_err_t esp_ieee802154_set_extended_address(const uint8_t* address);
esp_err_t esp_ieee802154_set_rx_when_idle(bool enable);
esp_err_t esp_ieee802154_receive(void);
esp_err_t esp_ieee802154_transmit(const uint8_t* frame, bool cca);
esp_err_t esp_ieee802154_receive_handle_done(const uint8_t* frame);
extern void esp_ieee802154_receive_done(uint8_t* frame, esp_ieee802154_frame_info_t* info);
extern void esp_ieee802154_transmit_done(const uint8_t* frame, const uint8_t* ack,
                                         esp_ieee802154_frame_info_t* ackInfo);
extern void esp_ieee802154_transmit_failed(const uint8_t* frame, esp_ieee802154_tx_error_t error);
