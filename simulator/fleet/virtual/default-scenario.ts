/** The scenario of a run that names none. */
import type { Scenario } from "../../scenarios/scenario.ts"

export interface Basics {
  devices: number
  /** samples a report */
  batch: number
  epochMs: number
  days: number
  seed: number
}

/** Twins of a fiftieth of the fleet, four at least, are enough for a ratio. */
const TWINS = { least: 4, share: 0.02 }

/** Devices for each radio of the gateway: their wakes take some 4 % of its channel at ten minutes an epoch. */
const RADIO = 1_000
/** Channels that IEEE 802.15.4 has in the 2.4 GHz band. */
const MOST_RADIOS = 16

/** ESP32-C6 boards on 802.15.4 outdoors, by a watch crystal, on two AA lithium cells. */
export function defaultScenario({ devices, batch, epochMs, days, seed }: Basics): Scenario {
  return {
    ...{ name: "default", about: "", seed, days, epoch: epochMs * 1000, restarts: [], faults: [] },
    start: Date.UTC(2026, 0, 1),
    groups: [
      {
        ...{ name: "sensors", count: devices, chip: "esp32c6", board: "low", medium: "802154" },
        radios: Math.min(MOST_RADIOS, Math.ceil(devices / RADIO)),
        ...{ loss: 0, latency: 0, oscillator: "crystal32k", surroundings: "outdoor", battery: "2xAA-lithium" },
        ...{ charged: 1, harvest: undefined, sensor: "office-room", batch, interval: 1, firmware: "current" },
        naive: {
          count: Math.min(devices, Math.max(TWINS.least, Math.round(TWINS.share * devices))),
          guard: undefined,
        },
      },
    ],
  }
}
