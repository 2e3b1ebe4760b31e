/** AHT20, humidity and temperature (Aosong data sheet A0, 2020), in ECMA-419's shape. The SDK has only its elder, AHT10. */

export interface I2cPort {
  read(buffer: Uint8Array): void
  write(buffer: Uint8Array): void
  close(): void
}

export interface Aht20Options {
  sensor: { io: new (options: Record<string, unknown>) => I2cPort } & Record<string, unknown>
  /** Blocks for so many milliseconds. */
  delay(milliseconds: number): void
}

const BUSY = 0x80
const CALIBRATED = 0x08
const FULL = 2 ** 20

export class AHT20 {
  readonly #io: I2cPort
  readonly #delay: Aht20Options["delay"]
  readonly #bytes = new Uint8Array(7)

  constructor({ sensor, delay }: Aht20Options) {
    this.#io = new sensor.io({ hz: 400_000, address: 0x38, ...sensor })
    this.#delay = delay
  }

  /** Throws where the part does not answer, does not finish, or its checksum does not fit. */
  sample(): { hygrometer: { humidity: number }; thermometer: { temperature: number } } {
    const bytes = this.#bytes
    this.#io.read(bytes.subarray(0, 1))
    if (!(bytes[0]! & CALIBRATED)) {
      this.#io.write(Uint8Array.of(0xbe, 0x08, 0x00)) // §5.4: initialise
      this.#delay(10)
    }
    this.#io.write(Uint8Array.of(0xac, 0x33, 0x00)) // measure
    this.#delay(80)
    this.#io.read(bytes)
    if (bytes[0]! & BUSY) throw new Error("AHT20: still measuring after 80 ms")
    if (crc8(bytes, 6) !== bytes[6]) throw new Error("AHT20: checksum does not fit")
    const humidity = bytes[1]! * 4096 + bytes[2]! * 16 + (bytes[3]! >> 4)
    const temperature = (bytes[3]! & 15) * 65_536 + bytes[4]! * 256 + bytes[5]!
    return {
      hygrometer: { humidity: (humidity / FULL) * 100 },
      thermometer: { temperature: (temperature / FULL) * 200 - 50 },
    }
  }

  close(): void {
    this.#io.close()
  }
}

/** Polynomial 0x31, initial value 0xFF (§5.4.4). */
function crc8(bytes: Uint8Array, length: number): number {
  let crc = 0xff
  for (let i = 0; i < length; i++) {
    crc ^= bytes[i]!
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : crc << 1
  }
  return crc
}
