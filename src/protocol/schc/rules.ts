/** Rule ids of RFC 9011 §5.2 (an FPort of LoRaWAN), the same on every link that speaks in frames. */
export const Rule = {
  /** not fragmented: the payload is a whole message */
  whole: 22,
  /** a board's console; LoRaWAN keeps 224 for tests, and nothing of it goes on air */
  consoleRequest: 224,
  consoleAnswer: 225,
} as const
