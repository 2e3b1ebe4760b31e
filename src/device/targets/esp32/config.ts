/**
 * The board record: how this board is wired and by which link it reports. It comes with `provision`, so that a sensor or
 * a network is a matter of configuration, not of code (docs/hardware.md has the fields).
 */
import type { CborValue } from "../../../protocol/cbor/index.ts"
import { DormouseError } from "../../../protocol/errors.ts"

export const DRIVERS = ["sht3x", "bmp280", "aht20", "battery"] as const
/** What a sensor measures, in the unit its driver gives: Cel, %RH, Pa, mV. */
export const QUANTITIES = ["temperature", "humidity", "pressure", "voltage"] as const
export const LINKS = ["wifi", "serial", "lora"] as const

export type Quantity = (typeof QUANTITIES)[number]

export interface SensorConfig {
  driver: (typeof DRIVERS)[number]
  /** I2C address, where it is not the driver's own */
  address: number | undefined
  /** ADC pin of a battery */
  pin: number | undefined
  /** what the divider ahead of the pin leaves of the battery's voltage */
  ratio: number
  /** index of the profile's channel that takes the value */
  channels: readonly { quantity: Quantity; channel: number }[]
}

export interface BoardConfig {
  link: (typeof LINKS)[number]
  wifi: { ssid: string; password: string; host: string; port: number } | undefined
  lora: LoraConfig | undefined
  i2c: { data: number; clock: number; hz: number | undefined } | undefined
  sensors: readonly SensorConfig[]
  wake: { pin: number; level: number } | undefined
  /** Rated error of the sleep oscillator, ppm. */
  ppm: number
  /** Whether the console tells what happens; it keeps the board awake for as long as it takes. */
  trace: boolean
}

export interface LoraConfig {
  select: number
  reset: number
  interrupt: number
  clock: number
  in: number
  out: number
  /** MHz */
  frequency: number
  spreadingFactor: number
  /** kHz */
  bandwidth: number
}

/** ESP-IDF's calibrated RC oscillator (assumed; a 32 kHz crystal: 20). */
const RC_PPM = 500
const COAP_PORT = 5683
const MOST_CHANNELS = 64

type Fields = Record<string, unknown>

function refuse(field: string, expected: string): never {
  throw new DormouseError(
    "E_BOARD_CONFIG",
    `Board record: ${field} must be ${expected}. Correct it and provision again.`,
  )
}

function object(value: unknown, field: string, known: readonly string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(field, "an object")
  const stranger = Object.keys(value).find((key) => !known.includes(key))
  if (stranger !== undefined) refuse(`${field}.${stranger}`, `one of ${known.join(", ")}`)
  return value as Fields
}

function text(value: unknown, field: string, most: number): string {
  if (typeof value !== "string" || value.length > most) refuse(field, `text of at most ${most} characters`)
  return value
}

function number(value: unknown, field: string, least: number, most: number, otherwise?: number): number {
  if (value === undefined && otherwise !== undefined) return otherwise
  if (typeof value !== "number" || !(value >= least && value <= most))
    refuse(field, `a number from ${least} to ${most}`)
  return value
}

function integer(value: unknown, field: string, least: number, most: number, otherwise?: number): number {
  const found = number(value, field, least, most, otherwise)
  return Number.isInteger(found) ? found : refuse(field, "a whole number")
}

function oneOf<T extends string>(value: unknown, field: string, known: readonly T[]): T {
  return known.includes(value as T) ? (value as T) : refuse(field, `one of ${known.join(", ")}`)
}

const pin = (value: unknown, field: string) => integer(value, field, 0, 48)

/** `network`: the map that `provision` brought (docs/protocol.md §2, console). */
export function parseBoardConfig(network: ReadonlyMap<CborValue, CborValue>): BoardConfig {
  const wiring = network.get("sensors")
  const known = ["link", "lora", "i2c", "sensors", "wake", "ppm", "trace"]
  const fields = object(wiring === undefined ? undefined : fromJson(text(wiring, "sensors", 4096)), "sensors", known)
  const wifi = network.has("ssid") ? wifiOf(network) : undefined
  const config: BoardConfig = {
    link: oneOf(fields.link ?? (wifi ? "wifi" : "serial"), "link", LINKS),
    wifi,
    lora: fields.lora === undefined ? undefined : loraOf(fields.lora),
    i2c: fields.i2c === undefined ? undefined : i2cOf(fields.i2c),
    sensors: sensorsOf(fields.sensors),
    wake: fields.wake === undefined ? undefined : wakeOf(fields.wake),
    ppm: number(fields.ppm, "ppm", 1, 50_000, RC_PPM),
    trace: fields.trace === true,
  }
  if (config.link === "wifi" && !config.wifi) refuse("ssid", "given, since Wi-Fi is the link")
  if (config.link === "lora" && !config.lora) refuse("lora", "there, since it is the link")
  const wired = config.sensors.find(({ driver }) => driver !== "battery")
  if (wired && !config.i2c) refuse("i2c", `there, since ${wired.driver} is on it`)
  return config
}

/** For `provision`: throws where the record is wrong, or fills a channel that the profile has not. */
export function checkBoardConfig(network: ReadonlyMap<CborValue, CborValue>, channels: number): void {
  for (const { driver, channels: filled } of parseBoardConfig(network).sensors)
    for (const { quantity, channel } of filled)
      if (channel >= channels) refuse(`${driver}.${quantity}`, `a channel of the profile, which has ${channels}`)
}

function fromJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new DormouseError("E_BOARD_CONFIG", "Board record: sensors is not JSON. Correct it and provision again.", {
      cause,
    })
  }
}

function wifiOf(network: ReadonlyMap<CborValue, CborValue>): NonNullable<BoardConfig["wifi"]> {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/.exec(text(network.get("gateway"), "gateway", 21))
  if (!match) refuse("gateway", "an IPv4 address, with a port if it is not 5683")
  return {
    ssid: text(network.get("ssid"), "ssid", 32) || refuse("ssid", "a network's name"),
    password: text(network.get("password") ?? "", "password", 64),
    host: match[1]!,
    port: integer(match[2] === undefined ? COAP_PORT : Number(match[2]), "gateway", 1, 65_535),
  }
}

function i2cOf(value: unknown): NonNullable<BoardConfig["i2c"]> {
  const fields = object(value, "i2c", ["data", "clock", "hz"])
  const hz = fields.hz === undefined ? undefined : integer(fields.hz, "i2c.hz", 10_000, 1_000_000)
  return { data: pin(fields.data, "i2c.data"), clock: pin(fields.clock, "i2c.clock"), hz }
}

function loraOf(value: unknown): LoraConfig {
  const pins = ["select", "reset", "interrupt", "clock", "in", "out"]
  const fields = object(value, "lora", [...pins, "frequency", "spreadingFactor", "bandwidth"])
  return {
    select: pin(fields.select, "lora.select"),
    reset: pin(fields.reset, "lora.reset"),
    interrupt: pin(fields.interrupt, "lora.interrupt"),
    clock: pin(fields.clock, "lora.clock"),
    in: pin(fields.in, "lora.in"),
    out: pin(fields.out, "lora.out"),
    frequency: number(fields.frequency, "lora.frequency", 137, 1020),
    spreadingFactor: integer(fields.spreadingFactor, "lora.spreadingFactor", 7, 12, 7),
    bandwidth: number(fields.bandwidth, "lora.bandwidth", 7.8, 500, 125),
  }
}

function wakeOf(value: unknown): NonNullable<BoardConfig["wake"]> {
  const fields = object(value, "wake", ["pin", "level"])
  return { pin: pin(fields.pin, "wake.pin"), level: integer(fields.level, "wake.level", 0, 1) }
}

function sensorsOf(value: unknown): SensorConfig[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 16) refuse("sensors", "a list of 1 to 16")
  return value.map((entry, index) => {
    const field = `sensors[${index}]`
    const fields = object(entry, field, ["driver", "address", "pin", "ratio", ...QUANTITIES])
    const driver = oneOf(fields.driver, `${field}.driver`, DRIVERS)
    const channels = QUANTITIES.filter((quantity) => fields[quantity] !== undefined).map((quantity) => ({
      quantity,
      channel: integer(fields[quantity], `${field}.${quantity}`, 0, MOST_CHANNELS - 1),
    }))
    if (channels.length === 0 && driver !== "battery")
      refuse(field, `given a channel for one of ${QUANTITIES.join(", ")}`)
    return {
      driver,
      address: fields.address === undefined ? undefined : integer(fields.address, `${field}.address`, 8, 119),
      pin: driver === "battery" ? pin(fields.pin, `${field}.pin`) : undefined,
      ratio: number(fields.ratio, `${field}.ratio`, 0.01, 1, 1),
      channels,
    }
  })
}
