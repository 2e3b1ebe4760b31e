/** The board's sensors behind the port Sensor: ECMA-419 drivers, chosen and placed by the board record. */
import type { Sensor } from "../../ports.ts"
import type { BoardConfig, Quantity, SensorConfig } from "./config.ts"

/** What a driver measured; a quantity that failed is missing. */
export type Measured = Partial<Record<Quantity, number>>

/** One sensor, read once. Throws where it does not answer. */
export type Driver = (config: SensorConfig, board: BoardConfig) => Measured

export type Drivers = Record<SensorConfig["driver"], Driver>

/** A part that does not answer leaves its channels empty: the others are still worth a report. */
export function createSensor(
  config: BoardConfig,
  drivers: Drivers,
  failed: (driver: string, error: unknown) => void,
): Sensor {
  const width = 1 + Math.max(-1, ...config.sensors.flatMap(({ channels }) => channels.map(({ channel }) => channel)))
  return {
    sample() {
      const values: (number | null)[] = new Array(width).fill(null)
      for (const sensor of config.sensors) {
        if (sensor.channels.length === 0) continue
        try {
          const measured = drivers[sensor.driver](sensor, config)
          for (const { quantity, channel } of sensor.channels) values[channel] = measured[quantity] ?? null
        } catch (error) {
          failed(sensor.driver, error)
        }
      }
      return values
    },
  }
}

/** Millivolts at the battery, 0 where none is configured or it cannot be read. */
export function batteryMillivolts(config: BoardConfig, drivers: Drivers): number {
  const battery = config.sensors.find(({ driver }) => driver === "battery")
  if (!battery) return 0
  try {
    return Math.round(drivers.battery(battery, config).voltage ?? 0)
  } catch {
    return 0
  }
}
