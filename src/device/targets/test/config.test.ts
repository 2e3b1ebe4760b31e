import { expect, test } from "vitest"
import { checkBoardConfig, parseBoardConfig } from "../esp32/config.ts"

const indoor = {
  i2c: { data: 6, clock: 7 },
  sensors: [
    { driver: "sht3x", temperature: 0, humidity: 1 },
    { driver: "battery", pin: 2, ratio: 0.5 },
  ],
}
const record = (wiring: unknown, more: Record<string, string> = {}) =>
  new Map<string, string>(Object.entries({ sensors: JSON.stringify(wiring), ...more }))
const wifi = { ssid: "garden", password: "secret", gateway: "192.168.1.2" }

test("a record over Wi-Fi", () => {
  const config = parseBoardConfig(record(indoor, wifi))
  expect(config).toEqual({
    link: "wifi",
    wifi: { ssid: "garden", password: "secret", host: "192.168.1.2", port: 5683 },
    lora: undefined,
    i2c: { data: 6, clock: 7, hz: undefined },
    sensors: [
      {
        driver: "sht3x",
        address: undefined,
        pin: undefined,
        ratio: 1,
        channels: [
          { quantity: "temperature", channel: 0 },
          { quantity: "humidity", channel: 1 },
        ],
      },
      { driver: "battery", address: undefined, pin: 2, ratio: 0.5, channels: [] },
    ],
    wake: undefined,
    ppm: 500,
    trace: false,
  })
})

test("without a network the link is the console's line; a record can ask for another", () => {
  expect(parseBoardConfig(record(indoor)).link).toBe("serial")
  expect(parseBoardConfig(record({ ...indoor, link: "serial" }, wifi)).link).toBe("serial")
})

test("ports and everything that may be given", () => {
  const wiring = {
    ...indoor,
    wake: { pin: 3, level: 1 },
    ppm: 20,
    trace: true,
    i2c: { data: 1, clock: 2, hz: 100_000 },
  }
  const config = parseBoardConfig(record(wiring, { ...wifi, gateway: "10.0.0.9:15683" }))
  expect(config.wifi?.port).toBe(15_683)
  expect(config).toMatchObject({ wake: { pin: 3, level: 1 }, ppm: 20, trace: true, i2c: { hz: 100_000 } })
})

test.each([
  [{}, /sensors must be an object/],
  [{ sensors: "{" }, /not JSON/],
  [record({}), /sensors must be a list of 1 to 16/],
  [record({ sensors: [{ driver: "sht3x" }] }), /sensors\[0\] must be given a channel/],
  [record({ sensors: [{ driver: "sht35", temperature: 0 }] }), /sensors\[0\]\.driver must be one of sht3x/],
  [record({ sensors: [{ driver: "sht3x", temperature: 0 }] }), /i2c must be there, since sht3x/],
  [record({ ...indoor, sensors: [{ driver: "sht3x", temperature: 0.5 }] }), /temperature must be a whole number/],
  [record({ ...indoor, i2c: { data: 6 } }), /i2c\.clock must be a number from 0 to 48/],
  [record({ ...indoor, colour: "blue" }), /sensors\.colour must be one of link/],
  [record({ ...indoor, link: "wifi" }), /ssid must be given/],
  [record({ ...indoor, link: "lora" }), /lora must be there/],
  [record(indoor, { ssid: "a", gateway: "gateway.local" }), /gateway must be an IPv4 address/],
  [record(indoor, { ssid: "a" }), /gateway must be text/],
  [record(indoor, { ssid: "", gateway: "1.2.3.4" }), /ssid must be a network's name/],
  [record({ ...indoor, sensors: [{ driver: "battery" }] }), /sensors\[0\]\.pin must be a number/],
])("a wrong record names its field: %#", (network, message) => {
  const map = network instanceof Map ? network : new Map(Object.entries(network))
  expect(() => parseBoardConfig(map)).toThrow(message)
})

test("a channel beyond the profile is refused at provisioning", () => {
  checkBoardConfig(record(indoor), 2)
  expect(() => checkBoardConfig(record(indoor), 1)).toThrow(/sht3x\.humidity must be a channel of the profile/)
})
