/**
 * The rules of SCHC fragmentation (RFC 8724 §8) that links use; docs/links.md shows them as a table. A rule id stands ahead
 * of every frame's payload, or is the frame's FPort on LoRaWAN (RFC 9011 §5.2). L2 words are bytes, padding is 0, the RCS is
 * CRC-32.
 */

export interface FragmentRule {
  id: number
  mode: "ack-on-error" | "ack-always"
  /** sizes of DTag, W and FCN in bits: T, M, N */
  t: number
  m: number
  n: number
  /** tiles in a window: WINDOW_SIZE */
  windowSize: number
  /** bytes; 0: what the frame has room for */
  tile: number
  maxAckRequests: number
  /** ACK-on-Error: where the sender puts the last tile. A receiver takes either. */
  lastTile: "regular" | "all-1"
  /** ACK-on-Error: the receiver reports at the end of every window, too (RFC 9011 §5.6.2) */
  windowAcks: boolean
  /** ACK-Always: a window that is whole is acked by the C bit (RFC 9011 §A.3), not by a bitmap of ones */
  plainAcks: boolean
}

/** Rule ids that are not of fragmentation. */
export const Rule = {
  /** the payload is a whole message (RFC 9011 §5.2) */
  whole: 22,
  /** a board's console; LoRaWAN keeps 224 for tests, and nothing of it goes on air */
  consoleRequest: 224,
  consoleAnswer: 225,
} as const

/** LoRaWAN, as RFC 9011 §5.6 has it. */
export const lorawan = {
  up: {
    ...{ id: 20, mode: "ack-on-error", t: 0, m: 2, n: 6, windowSize: 63, tile: 10, maxAckRequests: 8 },
    ...{ lastTile: "all-1", windowAcks: true, plainAcks: false },
  },
  down: {
    ...{ id: 21, mode: "ack-always", t: 0, m: 1, n: 1, windowSize: 1, tile: 0, maxAckRequests: 8 },
    ...{ lastTile: "all-1", windowAcks: false, plainAcks: true },
  },
} as const satisfies Record<string, FragmentRule>

/** Zigbee and serial lines: headers of one byte, tiles of which three fill a Zigbee frame of 77 bytes. */
export const framed = {
  up: {
    ...{ id: 24, mode: "ack-on-error", t: 2, m: 1, n: 5, windowSize: 31, tile: 25, maxAckRequests: 32 },
    ...{ lastTile: "all-1", windowAcks: false, plainAcks: false },
  },
  down: {
    ...{ id: 25, mode: "ack-always", t: 2, m: 1, n: 5, windowSize: 7, tile: 0, maxAckRequests: 32 },
    ...{ lastTile: "all-1", windowAcks: false, plainAcks: false },
  },
} as const satisfies Record<string, FragmentRule>
