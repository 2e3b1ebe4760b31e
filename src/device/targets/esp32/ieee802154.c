/*
 * The 802.15.4 radio of C6, H2 and C5: frames out and in, nothing above the MAC header. Its callbacks run in interrupt
 * context: they copy into a ring that the script empties.
 */
#include <string.h>

#include "soc/soc_caps.h"

#include "arguments.h"
#include "radios.h"

#define FRAME_MAX 125 /* a PSDU of 127 without its checksum, which the radio makes */

#if SOC_IEEE802154_SUPPORTED
#include "esp_attr.h"
#include "ieee802154/include/esp_ieee802154.h"

#define RING 8 /* frames, a power of two */

enum { IDLE, SENDING, SENT, FAILED };

static uint8_t ring[RING][FRAME_MAX + 1];
static volatile uint32_t head, tail; /* written by the interrupt, by the script */
static volatile uint32_t missed;
static volatile int sending = IDLE;
/* Length (with checksum), then the frame: the driver reads it until it says that it is done. */
static uint8_t out[1 + FRAME_MAX + 2];

void IRAM_ATTR esp_ieee802154_receive_done(uint8_t* frame, esp_ieee802154_frame_info_t* info) {
  uint32_t length = frame[0];
  (void)info;
  if (length >= 2 && length - 2 <= FRAME_MAX && head - tail < RING) {
    uint8_t* slot = ring[head % RING];
    slot[0] = (uint8_t)(length - 2);
    memcpy(slot + 1, frame + 1, length - 2);
    head = head + 1;
  } else
    missed = missed + 1;
  esp_ieee802154_receive_handle_done(frame);
}

void IRAM_ATTR esp_ieee802154_transmit_done(const uint8_t* frame, const uint8_t* ack,
                                            esp_ieee802154_frame_info_t* ackInfo) {
  (void)frame;
  (void)ackInfo;
  sending = SENT;
  if (ack)
    esp_ieee802154_receive_handle_done(ack);
}

void IRAM_ATTR esp_ieee802154_transmit_failed(const uint8_t* frame, esp_ieee802154_tx_error_t error) {
  (void)frame;
  (void)error;
  sending = FAILED;
}

static void check(xsMachine* the, esp_err_t error, const char* what) {
  if (error != ESP_OK)
    xsUnknownError("802.15.4: %s failed (ESP-IDF error 0x%x)", what, (unsigned)error);
}

/* channel (11 to 26), PAN id, short address (0xFFFF: none yet), extended address (8 bytes, as in frames). */
void xs_dormouse_ieee802154_start(xsMachine* the) {
  size_t channel = argUpTo(the, 0, "channel", 26);
  size_t pan = argUpTo(the, 1, "pan", 0xFFFF);
  size_t address = argUpTo(the, 2, "address", 0xFFFF);
  const uint8_t* extended = argBytesOf(the, 3, "extended", 8);
  if (channel < 11)
    xsRangeError("channel: 11 to 26, not %d", (int)channel);
  head = tail = missed = 0;
  sending = IDLE;
  check(the, esp_ieee802154_enable(), "the radio");
  dormouseRadios |= 2;
  check(the, esp_ieee802154_set_channel((uint8_t)channel), "the channel");
  check(the, esp_ieee802154_set_panid((uint16_t)pan), "the PAN");
  check(the, esp_ieee802154_set_short_address((uint16_t)address), "the address");
  check(the, esp_ieee802154_set_extended_address(extended), "the address");
  check(the, esp_ieee802154_set_rx_when_idle(true), "receiving");
  check(the, esp_ieee802154_receive(), "receiving");
}

/* Sends one frame after listening for a clear channel; its checksum is the radio's. */
void xs_dormouse_ieee802154_send(xsMachine* the) {
  size_t length;
  const uint8_t* frame = argBytes(the, 0, "frame", &length);
  if (length == 0 || length > FRAME_MAX)
    xsRangeError("frame: 1 to %d bytes, not %d", FRAME_MAX, (int)length);
  if (sending == SENDING)
    xsUnknownError("802.15.4: the frame before is still being sent");
  out[0] = (uint8_t)(length + 2);
  memcpy(out + 1, frame, length);
  sending = SENDING;
  if (esp_ieee802154_transmit(out, true) != ESP_OK)
    sending = FAILED;
}

/* 0 nothing sent, 1 being sent, 2 sent (and acknowledged, where the frame asked for it), 3 failed. */
void xs_dormouse_ieee802154_sending(xsMachine* the) {
  xsmcSetInteger(xsResult, sending);
}

/* The next frame without its checksum; undefined where there is none. */
void xs_dormouse_ieee802154_receive(xsMachine* the) {
  const uint8_t* slot = ring[tail % RING];
  if (tail == head)
    return;
  resultBytes(the, slot + 1, slot[0]);
  tail = tail + 1;
}

/* Frames that found the ring full. */
void xs_dormouse_ieee802154_missed(xsMachine* the) {
  xsmcSetNumber(xsResult, missed);
}

void xs_dormouse_ieee802154_stop(xsMachine* the) {
  if (!(dormouseRadios & 2))
    return;
  check(the, esp_ieee802154_disable(), "switching off");
  dormouseRadios &= ~2;
}

#else

static void refuse(xsMachine* the) {
  xsUnknownError("802.15.4: this chip has no such radio (ESP32-C6, C5 and H2 do): configure another link");
}

void xs_dormouse_ieee802154_start(xsMachine* the) {
  refuse(the);
}

void xs_dormouse_ieee802154_send(xsMachine* the) {
  refuse(the);
}

void xs_dormouse_ieee802154_sending(xsMachine* the) {
  refuse(the);
}

void xs_dormouse_ieee802154_receive(xsMachine* the) {
  refuse(the);
}

void xs_dormouse_ieee802154_missed(xsMachine* the) {
  refuse(the);
}

void xs_dormouse_ieee802154_stop(xsMachine* the) {
  refuse(the);
}

#endif
