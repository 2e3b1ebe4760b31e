/* The UART: lines for people, frames of the link between them. */
#ifndef DORMOUSE_SERIAL_H
#define DORMOUSE_SERIAL_H

#include <stddef.h>
#include <stdint.h>

void serialInit(void);

/* A line on the console: what it is, the instructions worked since reset, the microseconds since power-on, text. */
void serialLine(const char *what, const char *text);

/* Sends one frame. */
void serialSend(const uint8_t *bytes, size_t length);

/* Takes what the UART has received; from the wait for its interrupt. */
void serialReceive(void);

/* The frame that has come in whole; NULL: none. It stays until the next wait. */
const uint8_t *serialFrame(size_t *length);
/* When the line would have carried it, microseconds; INFINITY: none has come. */
double serialHeldUntil(void);

/* Whether a frame went out and nothing has come back yet. */
int serialAwaits(void);

#endif
