/** How long a frame is on the air, microseconds, from its bytes as transmitted. */

/** IEEE 802.15.4, 2.4 GHz O-QPSK: 250 kbit/s, 32 us a byte, and 6 bytes of preamble, delimiter and length. */
export function ieee802154Airtime(bytes: number): number {
  return (6 + bytes) * 32
}

/** UART, 8N1: ten bits a byte. */
export function serialAirtime(bytes: number, baud: number): number {
  return Math.ceil((bytes * 10 * 1e6) / baud)
}

/** IEEE 802.11 OFDM at `megabits`: 20 us of preamble and signal, 4 us symbols, 22 bits of service and tail; then SIFS and ack. */
export function wifiAirtime(bytes: number, megabits: number): number {
  const symbols = (bits: number, rate: number) => 20 + 4 * Math.ceil((22 + bits) / (4 * rate))
  return symbols(8 * bytes, megabits) + 10 + symbols(8 * 14, 6)
}

export interface LoraParameters {
  /** 7 to 12 */
  spreadingFactor: number
  /** Hz. Default 125,000. */
  bandwidth?: number
  /** 1 to 4: 4/5 to 4/8. Default 1. */
  codingRate?: number
  /** symbols. Default 8. */
  preamble?: number
}

/** Semtech AN1200.13, explicit header, checksum on, low data rate optimisation where a symbol lasts 16 ms or more. */
export function loraAirtime(bytes: number, parameters: LoraParameters): number {
  const { spreadingFactor: sf, bandwidth = 125_000, codingRate = 1, preamble = 8 } = parameters
  const symbol = (2 ** sf / bandwidth) * 1e6
  const slow = symbol >= 16_000 ? 2 : 0
  const payload = 8 + Math.max(Math.ceil((8 * bytes - 4 * sf + 28 + 16) / (4 * (sf - slow))) * (codingRate + 4), 0)
  return Math.round((preamble + 4.25 + payload) * symbol)
}
