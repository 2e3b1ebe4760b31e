/** Rule ids of RFC 9011 §5.2 (an FPort of LoRaWAN), the same on every link that speaks in frames. */
export const Rule = {
  /** not fragmented: the payload is a whole message */
  whole: 22,
} as const
