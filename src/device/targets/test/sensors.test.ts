import { describe, expect, test } from "vitest"
import { AHT20 } from "../esp32/aht20.ts"
import { parseBoardConfig } from "../esp32/config.ts"
import { batteryMillivolts, createSensor, type Drivers } from "../esp32/sensors.ts"

const config = parseBoardConfig(
  new Map([
    [
      "sensors",
      JSON.stringify({
        i2c: { data: 6, clock: 7 },
        sensors: [
          { driver: "sht3x", temperature: 0, humidity: 2 },
          { driver: "bmp280", address: 0x77, pressure: 3 },
          { driver: "battery", pin: 1, voltage: 4 },
        ],
      }),
    ],
  ]),
)
const drivers: Drivers = {
  sht3x: () => ({ temperature: 21.5, humidity: 40 }),
  bmp280: ({ address }) => ({ temperature: 22, pressure: address === 0x77 ? 101_325 : 0 }),
  aht20: () => ({}),
  battery: () => ({ voltage: 2987.6 }),
}

describe("sensors by the board record", () => {
  test("every value goes to its channel", () => {
    expect(createSensor(config, drivers, () => {}).sample()).toEqual([21.5, null, 40, 101_325, 2987.6])
    expect(batteryMillivolts(config, drivers)).toBe(2988)
  })

  test("a part that does not answer leaves its own channels empty, and is named", () => {
    const failed: string[] = []
    const broken = { ...drivers, sht3x: () => ({ humidity: 40 }), bmp280: fail }
    const sensor = createSensor(config, broken, (driver, error) => failed.push(`${driver} ${(error as Error).message}`))
    expect(sensor.sample()).toEqual([null, null, 40, null, 2987.6])
    expect(failed).toEqual(["bmp280 no answer"])
    expect(batteryMillivolts(config, { ...drivers, battery: fail })).toBe(0)
  })
})

function fail(): never {
  throw new Error("no answer")
}

describe("AHT20", () => {
  /** Answers as the part does; `frame` is what a measurement reads. */
  function part(status: number, frame: number[]) {
    const written: number[][] = []
    class Io {
      static options: unknown
      read(buffer: Uint8Array) {
        buffer.set(buffer.length === 1 ? [status] : frame)
      }
      write(bytes: Uint8Array) {
        written.push([...bytes])
      }
      close() {}
    }
    let delayed = 0
    const driver = new AHT20({ sensor: { io: Io }, delay: (ms) => (delayed += ms) })
    return { driver, written, waited: () => delayed }
  }
  // 20-bit humidity 0x80000 (50 %), temperature 0x60000 (25 Cel); the last byte is their CRC.
  const frame = [0x1c, 0x80, 0x00, 0x06, 0x00, 0x00]

  test("reads humidity and temperature", () => {
    const { driver, written, waited } = part(0x18, [...frame, crc(frame)])
    expect(driver.sample()).toEqual({ hygrometer: { humidity: 50 }, thermometer: { temperature: 25 } })
    expect(written).toEqual([[0xac, 0x33, 0x00]])
    expect(waited()).toBe(80)
  })

  test("initialises a part that is not calibrated", () => {
    const { driver, written } = part(0x10, [...frame, crc(frame)])
    driver.sample()
    expect(written[0]).toEqual([0xbe, 0x08, 0x00])
  })

  test("refuses a wrong checksum, and a part that is still busy", () => {
    expect(() => part(0x18, [...frame, crc(frame) ^ 1]).driver.sample()).toThrow("checksum")
    const busy = [0x9c, ...frame.slice(1)]
    expect(() => part(0x18, [...busy, crc(busy)]).driver.sample()).toThrow("still measuring")
  })
})

/** CRC-8 by long division, unlike the driver's: x^8 + x^5 + x^4 + 1, initial value 0xFF. */
function crc(bytes: number[]): number {
  let value = bytes.reduce((all, byte) => all * 256n + BigInt(byte), 0n) << 8n
  value ^= 0xffn << BigInt(8 * bytes.length)
  for (let bit = BigInt(8 * bytes.length + 7); bit >= 8n; bit--) if ((value >> bit) & 1n) value ^= 0x131n << (bit - 8n)
  return Number(value)
}
