/// <reference path="../sdk-drivers.d.ts" />
/** The drivers that the board record can name, on the SDK's inputs and outputs. Each is opened for one reading and closed. */
import Analog from "embedded:io/analog"
import I2C from "embedded:io/i2c"
import BMP280 from "embedded:sensor/Barometer-Temperature/BMP280"
import SHT3x from "embedded:sensor/Humidity-Temperature/SHT3x"
import Timer from "timer"
import { AHT20, type I2cPort } from "./aht20.ts"
import type { BoardConfig, SensorConfig } from "./config.ts"
import type { Drivers, Measured } from "./sensors.ts"

/** First conversion of a BMP280 at the SDK's oversampling (data sheet §3.8.1: 43.2 ms at most). */
const BMP280_CONVERSION = 45
/** Millivolts at full scale, calibrated, as the SDK's driver gives them by default (12 dB of attenuation). */
const ADC_FULL_SCALE = 2450

interface Sample {
  thermometer?: { temperature?: number }
  hygrometer?: { humidity?: number }
  barometer?: { pressure?: number }
}

/** The part's place on the bus, as ECMA-419 drivers take it. */
function place(sensor: SensorConfig, { i2c }: BoardConfig) {
  // The SDK's typings know less of ports than ECMA-419 says.
  const io = I2C as unknown as new (options: Record<string, unknown>) => I2cPort
  const options = { io, data: i2c!.data, clock: i2c!.clock }
  const hz = i2c!.hz === undefined ? {} : { hz: i2c!.hz }
  return { ...options, ...hz, ...(sensor.address === undefined ? {} : { address: sensor.address }) }
}

function read(driver: { sample(): Sample; close(): void }, wait = 0): Measured {
  try {
    if (wait) Timer.delay(wait)
    const { thermometer, hygrometer, barometer } = driver.sample()
    const measured: Measured = {}
    if (thermometer?.temperature !== undefined) measured.temperature = thermometer.temperature
    if (hygrometer?.humidity !== undefined) measured.humidity = hygrometer.humidity
    if (barometer?.pressure !== undefined) measured.pressure = barometer.pressure
    return measured
  } finally {
    driver.close()
  }
}

export const drivers: Drivers = {
  sht3x: (sensor, board) => read(new SHT3x({ sensor: place(sensor, board) })),
  bmp280: (sensor, board) => read(new BMP280({ sensor: place(sensor, board) }), BMP280_CONVERSION),
  aht20: (sensor, board) => read(new AHT20({ sensor: place(sensor, board), delay: (ms) => Timer.delay(ms) })),
  battery: ({ pin, ratio }) => {
    const analog = new Analog({ pin: pin! }) as Analog & { close(): void }
    try {
      return { voltage: ((analog.read() / (2 ** analog.resolution - 1)) * ADC_FULL_SCALE) / ratio }
    } finally {
      analog.close()
    }
  },
}
